import { useState } from "preact/hooks";
import { formatDuration, t } from "../i18n";
import { Button, Check, type Choice, Dialog, SelectField, TextField } from "../ui";
import { annotatedWord, stateWord, statusWord } from "./chips";
import { parseDuration } from "./durations";
import { parseTags } from "./facts";
import { ANNOTATED, consistent, type Filters, NO_FILTERS, STATES, STATUSES } from "./filters";
import styles from "./recordings.module.css";

interface Props {
  filters: Filters;
  labels: readonly string[];
  onApply: (filters: Filters) => void;
  onClose: () => void;
}

const any = (): Choice => ({ value: "", label: t("library.any") });

function Days(props: {
  title: string;
  from: string | null;
  to: string | null;
  onChange: (from: string | null, to: string | null) => void;
}) {
  const { title, from, to, onChange } = props;
  return (
    <fieldset class={styles.fieldset}>
      <legend>{title}</legend>
      <TextField
        type="date"
        label={t("library.firstDay")}
        value={from ?? ""}
        onValue={(day) => onChange(day || null, to)}
      />
      <TextField
        type="date"
        label={t("library.lastDay")}
        value={to ?? ""}
        onValue={(day) => onChange(from, day || null)}
      />
    </fieldset>
  );
}

/** All filters together; each becomes a chip above the list. */
export function FilterDialog({ filters, labels, onApply, onClose }: Props) {
  const [draft, setDraft] = useState(filters);
  const [tags, setTags] = useState(filters.tag.join(", "));
  const words = (seconds: number | null) => (seconds === null ? "" : formatDuration(seconds));
  const [least, setLeast] = useState(words(filters.minDuration));
  const [most, setMost] = useState(words(filters.maxDuration));
  const change = (given: Partial<Filters>) => setDraft({ ...draft, ...given });
  const [minDuration, maxDuration] = [parseDuration(least), parseDuration(most)];
  const wrong = (value: unknown) => (value === "wrong" ? t("library.durationHint") : null);
  const nobody = draft.annotated === "none";
  const apply = (event: Event) => {
    event.preventDefault();
    if (minDuration === "wrong" || maxDuration === "wrong") return;
    onApply(consistent({ ...draft, tag: parseTags(tags), minDuration, maxDuration }));
    onClose();
  };
  // A label that left the set may still be what is looked for.
  const known = draft.label === null || labels.includes(draft.label) ? labels : [draft.label, ...labels];
  return (
    <Dialog title={t("library.filter")} onClose={onClose}>
      <form class="stack" onSubmit={apply}>
        <fieldset class={styles.fieldset}>
          <legend>{t("library.state")}</legend>
          {STATES.map((state) => (
            <Check
              key={state}
              label={stateWord(state)}
              checked={draft.state.includes(state)}
              onValue={(on) =>
                change({ state: STATES.filter((one) => (one === state ? on : draft.state.includes(one))) })
              }
            />
          ))}
        </fieldset>
        <div class={styles.pair}>
          <SelectField
            label={t("library.annotated")}
            value={draft.annotated ?? ""}
            choices={[any(), ...ANNOTATED.map((by) => ({ value: by, label: annotatedWord(by) }))]}
            onValue={(value) => {
              const annotated = ANNOTATED.find((by) => by === value) ?? null;
              change(annotated === "none" ? { annotated, status: null, label: null } : { annotated });
            }}
          />
          <SelectField
            label={t("library.status")}
            value={draft.status ?? ""}
            disabled={nobody}
            choices={[any(), ...STATUSES.map((status) => ({ value: status, label: statusWord(status) }))]}
            onValue={(value) => change({ status: STATUSES.find((status) => status === value) ?? null })}
          />
          <SelectField
            label={t("library.label")}
            value={draft.label ?? ""}
            disabled={nobody}
            choices={[any(), ...known.map((label) => ({ value: label, label }))]}
            onValue={(value) => change({ label: value || null })}
          />
          <TextField label={t("library.tags")} hint={t("library.tagsHint")} value={tags} onValue={setTags} />
        </div>
        <fieldset class={styles.fieldset}>
          <legend>{t("library.duration")}</legend>
          <TextField
            label={t("library.atLeast")}
            placeholder="0:30"
            value={least}
            onValue={setLeast}
            error={wrong(minDuration)}
          />
          <TextField
            label={t("library.atMost")}
            placeholder="1:00:00"
            value={most}
            onValue={setMost}
            error={wrong(maxDuration)}
          />
        </fieldset>
        <Days
          title={t("library.recorded")}
          from={draft.recordedFrom}
          to={draft.recordedTo}
          onChange={(recordedFrom, recordedTo) => change({ recordedFrom, recordedTo })}
        />
        <Days
          title={t("library.added")}
          from={draft.createdFrom}
          to={draft.createdTo}
          onChange={(createdFrom, createdTo) => change({ createdFrom, createdTo })}
        />
        <div class="dialog-actions">
          <Button
            onClick={() => {
              onApply({ ...NO_FILTERS, q: filters.q, trashed: filters.trashed });
              onClose();
            }}
          >
            {t("library.clearFilters")}
          </Button>
          <Button type="submit" kind="primary">
            {t("common.apply")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
