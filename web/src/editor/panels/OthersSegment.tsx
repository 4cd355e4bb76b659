import { Check, X } from "lucide";
import { formatPercent, t } from "../../i18n";
import { Button, Facts } from "../../ui";
import { accept, reject } from "../commands/review";
import type { Workspace } from "../document/Workspace";
import { formatTime } from "../model/time";
import type { Segment } from "../types";
import { useHint } from "./hints";
import { totalSeconds } from "./selection";

interface Props {
  work: Workspace;
  segments: readonly Segment[];
}

/** Segments that are not one's own: to be looked at, taken over, or not. */
export function OthersSegment({ work, segments }: Props) {
  const hint = useHint();
  const layer = work.layers.open.value.find((one) => one.id === work.selection.layerId);
  const own = work.layers.active.value?.document.segments;
  void own?.version.value;
  const [one] = segments;
  if (layer === undefined || one === undefined) return null;
  const done = segments.filter((segment) => own?.get(segment.id)).length;
  return (
    <div class="stack">
      <div>
        <h2>
          {segments.length > 1
            ? t("common.selected", { count: segments.length })
            : (one.label ?? t("editor.noLabel"))}
        </h2>
        <span class="soft small">{layer.header.value.source}</span>
      </div>
      {work.whyNot.value === null && (
        <p class="soft small">{t(`editor.others_${layer.header.value.kind}`)}</p>
      )}
      <div class="row">
        <Button
          kind="primary"
          icon={Check}
          disabled={done === segments.length || work.whyNot.value !== null}
          onClick={() => accept(work)}
        >
          {hint(t("editor.keyAccept"), "keyAccept")}
        </Button>
        {layer.header.value.kind !== "person" && (
          <Button icon={X} disabled={!work.subject.rights.annotate} onClick={() => reject(work)}>
            {hint(t("editor.keyReject"), "keyReject")}
          </Button>
        )}
      </div>
      {done > 0 && <p class="soft small">{t("editor.alreadyTaken", { count: done })}</p>}
      {segments.length === 1 ? <Details segment={one} /> : <p>{formatTime(totalSeconds(segments))}</p>}
    </div>
  );
}

function Details({ segment }: { segment: Segment }) {
  const tags = segment.tags?.map(([name, value]) => `${name}: ${value}`).join(", ");
  return (
    <Facts
      of={[
        [t("editor.start"), formatTime(segment.start)],
        [t("editor.end"), formatTime(segment.end)],
        [t("editor.score"), segment.score == null ? null : formatPercent(segment.score, 1)],
        [t("editor.text"), segment.text],
        [t("editor.speaker"), segment.speaker],
        [t("editor.language"), segment.language],
        [t("editor.low"), segment.low_hz == null ? null : `${segment.low_hz} Hz`],
        [t("editor.high"), segment.high_hz == null ? null : `${segment.high_hz} Hz`],
        [t("editor.tags"), tags],
      ]}
    />
  );
}
