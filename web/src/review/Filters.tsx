import { ArrowDownWideNarrow, ArrowUpNarrowWide, Volume2, VolumeX, X } from "lucide";
import type { SchemaLabelAnswer } from "../api/schema";
import { type Key, t } from "../i18n";
import { Button, Check, IconButton, SelectField, TextField, useQuery } from "../ui";
import { AnnotationFilter } from "./AnnotationFilter";
import { shortSource } from "./cards";
import { SIZES, type Size } from "./layout";
import { joinLabels, SORTS, SOURCES, type Sort, type Source, sizeOf, wantedBy } from "./query";
import { RecordingFilter } from "./RecordingFilter";
import styles from "./review.module.css";
import { onHover, setHover } from "./sound";
import { sourcesOf } from "./sources";

const SOURCE_WORDS: Record<Source, Key> = {
  model: "review.fromModels",
  mine: "review.fromMe",
  person: "review.fromPeople",
  file: "review.fromFiles",
  all: "review.fromAll",
};
const SORT_WORDS: Record<Sort, Key> = {
  start: "review.byTime",
  label: "review.byLabel",
  score: "review.byScore",
  uncertainty: "review.byUncertainty",
  duration: "review.byDuration",
  text: "review.byText",
};
const SIZE_WORDS: Record<Size, Key> = {
  small: "review.small",
  medium: "review.medium",
  large: "review.large",
};
const NONE = "\n";

function Labels({ labels }: { labels: readonly SchemaLabelAnswer[] }) {
  const [query, change] = useQuery();
  const { labels: chosen, unlabelled } = wantedBy(query);
  const toggle = (name: string) => {
    if (name === NONE) return change({ unlabelled: unlabelled ? "" : "1" });
    const without = chosen.filter((one) => one !== name);
    change({ label: joinLabels(without.length < chosen.length ? without : [...chosen, name]) });
  };
  const names = [...new Set([...labels.map((label) => label.name), ...chosen])];
  const colours = new Map(labels.map(({ name, colour }) => [name, colour]));
  return (
    <fieldset class="field bare">
      <legend>{t("review.label")}</legend>
      <div class="row">
        {names.map((name) => (
          <Button key={name} aria-pressed={chosen.includes(name)} onClick={() => toggle(name)}>
            <span class="swatch" style={{ background: colours.get(name) ?? "var(--line-strong)" }} />
            {name}
          </Button>
        ))}
        <Button aria-pressed={unlabelled} onClick={() => toggle(NONE)}>
          {t("review.unlabelled")}
        </Button>
      </div>
    </fieldset>
  );
}

function Scores() {
  const [query, change] = useQuery();
  const field = (name: "min" | "max", word: Key) => (
    <TextField
      label={t(word)}
      type="number"
      min={0}
      max={1}
      step={0.05}
      value={query[name] ?? ""}
      onValue={(value) => change({ [name]: value })}
    />
  );
  return (
    <div class={styles.scores}>
      {field("min", "review.minScore")}
      {field("max", "review.maxScore")}
    </div>
  );
}

/** Which segments are shown, in which order, how large; the choice stands in the address. */
export function Filters({ projectId, labels }: { projectId: string; labels: readonly SchemaLabelAnswer[] }) {
  const [query, change] = useQuery();
  const wanted = wantedBy(query);
  // What the button says is the order as it is; the arrow shows the same.
  const turn = { asc: "review.rising", desc: "review.falling" } as const;
  return (
    <div class="filters">
      <SelectField
        label={t("review.source")}
        value={wanted.source}
        choices={SOURCES.map((value) => ({ value, label: t(SOURCE_WORDS[value]) }))}
        onValue={(value) => change({ source: value })}
      />
      <SelectField
        label={t("review.by")}
        value={wanted.by}
        choices={[
          { value: "", label: t("review.byAny") },
          ...[...new Set([...sourcesOf(projectId), wanted.by])]
            .filter((source) => source !== "")
            .map((source) => ({ value: source, label: shortSource(source) })),
        ]}
        onValue={(value) => change({ by: value })}
      />
      <RecordingFilter
        projectId={projectId}
        value={wanted.recording}
        onValue={(id) => change({ recording: id, annotation: "" })}
      />
      {wanted.recording !== "" && (
        <AnnotationFilter
          recordingId={wanted.recording}
          value={wanted.annotation}
          onValue={(id) => change({ annotation: id })}
        />
      )}
      {wanted.recording === "" && wanted.annotation !== "" && (
        <Button icon={X} onClick={() => change({ annotation: "" })}>
          {t("review.onlyAnnotation")}
        </Button>
      )}
      <SelectField
        label={t("review.sort")}
        value={wanted.sort}
        choices={SORTS.map((value) => ({ value, label: t(SORT_WORDS[value]) }))}
        onValue={(value) => change({ sort: value })}
      />
      <IconButton
        icon={wanted.order === "asc" ? ArrowUpNarrowWide : ArrowDownWideNarrow}
        label={t(turn[wanted.order])}
        kind="normal"
        onClick={() => change({ order: wanted.order === "asc" ? "desc" : "" })}
      />
      <SelectField
        label={t("review.size")}
        value={sizeOf(query)}
        choices={SIZES.map((value) => ({ value, label: t(SIZE_WORDS[value]) }))}
        onValue={(value) => change({ size: value })}
      />
      <Labels labels={labels} />
      <Scores />
      <TextField
        label={t("review.text")}
        type="search"
        value={wanted.q}
        onValue={(value) => change({ q: value })}
      />
      <Check
        label={t("review.onlyUncertain")}
        checked={wanted.uncertain}
        onValue={(on) => change({ uncertain: on ? "1" : "" })}
      />
      <Check
        label={t("review.showJudged")}
        checked={wanted.judged}
        onValue={(on) => change({ judged: on ? "1" : "" })}
      />
      <IconButton
        icon={onHover.value ? Volume2 : VolumeX}
        label={t("review.hover")}
        kind="normal"
        aria-pressed={onHover.value}
        onClick={() => setHover(!onHover.value)}
      />
    </div>
  );
}
