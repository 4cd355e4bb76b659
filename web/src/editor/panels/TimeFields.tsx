import { formatPercent, t } from "../../i18n";
import { SelectField } from "../../ui";
import { change } from "../commands/edit";
import type { Workspace } from "../document/Workspace";
import { spanWithin } from "../model/segments";
import { formatTime, parseTime } from "../model/time";
import { resized } from "../tools/shapes";
import type { Segment } from "../types";
import styles from "./panel.module.css";
import { common } from "./selection";
import { readNumber, TypedNumber, writeHertz } from "./TypedNumber";

interface Props {
  work: Workspace;
  segments: readonly Segment[];
}

/** Where the selection lies: times, frequencies and channel, as numbers to be typed. */
export function TimeFields({ work, segments }: Props) {
  const { limits, sound } = work;
  const disabled = !work.canEdit.value;
  const edge = work.edge.value;
  const number = (of: (one: Segment) => number | null | undefined) =>
    common(segments, (one) => of(one) ?? null) ?? null;
  const resize = (side: "start" | "end" | "low" | "high") => (value: number | null) => {
    if (value === null)
      change(work, t("editor.stepResize"), (one) => ({ ...one, low_hz: null, high_hz: null }));
    else change(work, t("editor.stepResize"), (one) => resized(one, side, value, limits));
  };
  const time = { write: formatTime, read: parseTime, disabled, placeholder: t("editor.mixed") };
  const hertz = {
    write: writeHertz,
    read: readNumber,
    disabled,
    placeholder: t("editor.allHz"),
    clearable: true,
  };
  const mark = (side: string) => (side === edge ? styles.edged : undefined);
  const score = common(segments, (one) => one.score ?? null);
  return (
    <div class={styles.section}>
      <div class={styles.pair}>
        <TypedNumber
          label={t("editor.start")}
          value={number((one) => one.start)}
          onValue={resize("start")}
          marked={mark("start")}
          {...time}
        />
        <TypedNumber
          label={t("editor.end")}
          value={number((one) => one.end)}
          onValue={resize("end")}
          marked={mark("end")}
          {...time}
        />
        <TypedNumber
          label={t("editor.low")}
          value={number((one) => one.low_hz)}
          onValue={resize("low")}
          marked={mark("low")}
          {...hertz}
        />
        <TypedNumber
          label={t("editor.high")}
          value={number((one) => one.high_hz)}
          onValue={resize("high")}
          marked={mark("high")}
          {...hertz}
        />
        {segments.length === 1 && (
          <TypedNumber
            label={t("editor.length")}
            value={number((one) => one.end - one.start)}
            onValue={(value) =>
              change(work, t("editor.stepResize"), (one) => {
                const [start, end] = spanWithin(one.start, one.start + (value ?? 0), limits);
                return { ...one, start, end };
              })
            }
            {...time}
          />
        )}
        {sound.channels > 1 && (
          <SelectField
            label={t("editor.channel")}
            value={String(common(segments, (one) => one.channel ?? "") ?? "mixed")}
            disabled={disabled}
            choices={channelChoices(sound.channels)}
            onValue={(value) =>
              change(work, t("editor.stepChange"), (one) => ({
                ...one,
                channel: value === "" ? null : Number(value),
              }))
            }
          />
        )}
      </div>
      {typeof score === "number" && (
        <span class="soft small">
          {t("editor.score")}: {formatPercent(score, 1)}
        </span>
      )}
    </div>
  );
}

function channelChoices(channels: number) {
  const each = Array.from({ length: channels }, (_, n) => ({
    value: String(n),
    label: t("editor.channelN", { n: n + 1 }),
  }));
  return [{ value: "", label: t("editor.allChannels") }, ...each];
}
