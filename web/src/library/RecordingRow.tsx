import { Video } from "lucide";
import type { SchemaRecordingAnswer } from "../api/schema";
import { formatAgo, formatDuration, formatMoment, t } from "../i18n";
import type { Permission } from "../project/roles";
import { Icon } from "../ui";
import { Cell } from "./Cell";
import { formatChannels, formatDay, formatRate } from "./facts";
import type { Doing } from "./live";
import { memo } from "./memo";
import { type RowAction, RowMenu } from "./RowMenu";
import styles from "./recordings.module.css";
import { type ColourOf, LabelsCell, PeopleCell, StateCell } from "./StateCell";
import { Waveform } from "./Waveform";
import { workOf } from "./work";

/** What rows tell the list; the same object as long as the list is there. */
export interface RowEvents {
  readonly onSelect: (id: string, extend: boolean) => void;
  readonly onFocus: (index: number) => void;
  readonly onAction: (action: RowAction, recording: SchemaRecordingAnswer) => void;
  readonly onTag: (tag: string) => void;
  readonly can: (permission: Permission) => boolean;
  readonly colourOf: ColourOf;
}

export interface RowProps {
  readonly recording: SchemaRecordingAnswer;
  readonly index: number;
  readonly selected: boolean;
  readonly active: boolean;
  readonly doing: Doing | null;
  readonly events: RowEvents;
}

function Title({ recording }: { recording: SchemaRecordingAnswer }) {
  const { id, name, video } = recording;
  const opens = recording.state === "ready" && recording.deleted_at === null;
  return (
    <span class={styles.title}>
      {video && <Icon of={Video} size={16} label={t("library.video")} />}
      {opens ? (
        <a class="truncate" href={`/recordings/${id}`} title={name}>
          {name}
        </a>
      ) : (
        <span class="truncate" title={name}>
          {name}
        </span>
      )}
    </span>
  );
}

function TagList({ recording, events }: Pick<RowProps, "recording" | "events">) {
  return (
    <>
      {recording.tags.map((tag) => (
        <button
          key={tag}
          type="button"
          class={styles.tag}
          title={t("library.showTag", { tag })}
          onClick={() => events.onTag(tag)}
        >
          #{tag}
        </button>
      ))}
    </>
  );
}

function Choice({ recording, selected, events }: Pick<RowProps, "recording" | "selected" | "events">) {
  return (
    <input
      type="checkbox"
      class={styles.choice}
      aria-label={t("common.selectRow", { name: recording.name })}
      checked={selected}
      onClick={(event) => events.onSelect(recording.id, event.shiftKey)}
    />
  );
}

function format({ channels, sample_rate }: SchemaRecordingAnswer): string {
  if (channels === null || sample_rate === null) return "";
  return `${formatChannels(channels)} · ${formatRate(sample_rate)}`;
}

/** One recording in the list. */
export const RecordingRow = memo(({ recording, index, selected, active, doing, events }: RowProps) => {
  const work = workOf(recording);
  const { id, created_at, recorded_at, duration, notes } = recording;
  return (
    <div
      role="row"
      class={styles.row}
      aria-selected={selected}
      aria-rowindex={index + 2}
      data-index={index}
      data-id={id}
      tabIndex={active ? 0 : -1}
      onFocusIn={() => events.onFocus(index)}
    >
      <Cell class={styles.check}>
        <Choice {...{ recording, selected, events }} />
      </Cell>
      <Cell class={styles.wave}>
        <Waveform thumbnail={recording.thumbnail} />
      </Cell>
      <Cell class={styles.name}>
        <Title recording={recording} />
        {(recording.tags.length > 0 || notes !== "") && (
          <span class={styles.under}>
            <TagList {...{ recording, events }} />
            {notes !== "" && (
              <span class="soft small truncate" title={notes}>
                {notes}
              </span>
            )}
          </span>
        )}
      </Cell>
      <Cell class={styles.duration}>
        <span class="number">{duration !== null && formatDuration(duration)}</span>
        <span class="small soft truncate">{format(recording)}</span>
      </Cell>
      <Cell class={styles.state}>
        <StateCell {...{ recording, doing }} />
        {work !== null && work.labels.length > 0 && <LabelsCell work={work} colourOf={events.colourOf} />}
      </Cell>
      <Cell class={styles.who}>
        {work !== null && work.annotations.length > 0 && <PeopleCell work={work} />}
      </Cell>
      <Cell class={`small soft ${styles.when}`}>
        <span title={t("library.addedAt", { when: formatMoment(created_at) })}>{formatAgo(created_at)}</span>
        {recorded_at !== null && (
          <span title={t("library.recordedAtIs", { when: formatMoment(recorded_at) })}>
            {t("library.recordedShort", { when: formatDay(recorded_at) })}
          </span>
        )}
      </Cell>
      <Cell class={styles.menu}>
        <RowMenu recording={recording} can={events.can} onAction={events.onAction} />
      </Cell>
    </div>
  );
});

/** One recording as a card of the grid. */
export const RecordingCard = memo(({ recording, index, selected, active, doing, events }: RowProps) => {
  const work = workOf(recording);
  const { id, name, duration, state, deleted_at } = recording;
  return (
    <li
      class={styles.card}
      data-selected={selected}
      data-index={index}
      data-id={id}
      tabIndex={active ? 0 : -1}
      aria-label={name}
      onFocusIn={() => events.onFocus(index)}
    >
      <div class={styles.cardTop}>
        <Choice {...{ recording, selected, events }} />
        <Title recording={recording} />
        <RowMenu recording={recording} can={events.can} onAction={events.onAction} />
      </div>
      {state === "ready" && deleted_at === null ? (
        <a class={styles.cardWave} href={`/recordings/${id}`} tabIndex={-1} aria-label={name}>
          <Waveform thumbnail={recording.thumbnail} />
        </a>
      ) : (
        <span class={styles.cardWave}>
          <Waveform thumbnail={recording.thumbnail} />
        </span>
      )}
      <div class={styles.cardFacts}>
        <span class="number">{duration !== null && formatDuration(duration)}</span>
        <span class="small soft truncate">{format(recording)}</span>
        {work !== null && work.annotations.length > 0 && <PeopleCell work={work} />}
      </div>
      <StateCell {...{ recording, doing }} />
      {work !== null && work.labels.length > 0 && <LabelsCell work={work} colourOf={events.colourOf} />}
      {recording.tags.length > 0 && (
        <span class={styles.under}>
          <TagList {...{ recording, events }} />
        </span>
      )}
    </li>
  );
});
