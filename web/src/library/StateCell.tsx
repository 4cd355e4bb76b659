import { Bot, CircleAlert, FileText, Hourglass, TriangleAlert, UserRound } from "lucide";
import type { SchemaRecordingAnswer } from "../api/schema";
import { formatMoment, formatPercent, t } from "../i18n";
import { Bar, Icon } from "../ui";
import { initialsOf } from "./facts";
import type { Doing } from "./live";
import styles from "./recordings.module.css";
import type { Work } from "./work";

/** Colour of a label in this project; null for labels outside its set. */
export type ColourOf = (label: string) => string | null;

function nameOfJob(kind: string): string {
  if (kind === "import") return t("library.importing");
  if (kind === "annotate") return t("library.listening");
  return kind;
}

/** What an import or an engine is doing with the recording. */
function Underway({ doing }: { doing: Doing }) {
  const word = nameOfJob(doing.kind);
  if (doing.state === "queued") {
    return (
      <span class="badge">
        <Icon of={Hourglass} size={14} />
        {t("library.queuedFor", { what: word })}
      </span>
    );
  }
  const share = formatPercent(doing.progress);
  return (
    <a class={styles.doing} href={`/jobs/${doing.jobId}`}>
      <span class="small">
        {word} <span class="number">{share}</span>
      </span>
      <Bar label={word} value={doing.progress} />
    </a>
  );
}

/** Where a recording is on its way in; nothing for those that are simply ready. */
export function StateCell({ recording, doing }: { recording: SchemaRecordingAnswer; doing: Doing | null }) {
  if (doing !== null) return <Underway doing={doing} />;
  if (recording.state === "waiting") {
    return (
      <span class="badge">
        <Icon of={Hourglass} size={14} />
        {t("library.waiting")}
      </span>
    );
  }
  if (recording.state === "failed") {
    return (
      <span class={styles.failed} title={recording.error ?? ""}>
        <span class="badge badge-bad">
          <Icon of={CircleAlert} size={14} />
          {t("library.failed")}
        </span>
        <span class={`small ${styles.reason}`}>{recording.error}</span>
      </span>
    );
  }
  if (recording.problems.length === 0) return null;
  return (
    <span class="badge badge-warn" title={recording.problems.join("\n")}>
      <Icon of={TriangleAlert} size={14} />
      {t("library.odd")}
    </span>
  );
}

const SHOWN_LABELS = 3;

/** What was found: the most frequent labels with the number of their segments. */
export function LabelsCell({ work, colourOf }: { work: Work; colourOf: ColourOf }) {
  const shown = work.labels.slice(0, SHOWN_LABELS);
  const rest = work.label_count - shown.length;
  return (
    <span class={styles.labels}>
      {shown.map(({ name, segments }) => (
        <span key={name} class={styles.label} title={t("library.segments", { name, count: segments })}>
          <span class="swatch" style={{ background: colourOf(name) ?? "var(--line-strong)" }} />
          <span class="truncate">{name}</span>
          <span class="soft number">{segments}</span>
        </span>
      ))}
      {rest > 0 && <span class="small soft">+{rest}</span>}
    </span>
  );
}

const SHOWN_PEOPLE = 4;
const TONES = { draft: "", submitted: "badge-accent", reviewed: "badge-good" } as const;
const KIND_ICONS = { person: UserRound, model: Bot, file: FileText } as const;

/** Who is on it, and how far: people by their initials, engines and files by a picture. */
export function PeopleCell({ work }: { work: Work }) {
  const words = {
    draft: t("library.draft"),
    submitted: t("library.submitted"),
    reviewed: t("library.reviewed"),
  };
  return (
    <span class={styles.people}>
      {work.annotations.slice(0, SHOWN_PEOPLE).map((one) => {
        const who = one.author ?? one.source;
        const told = t("library.work", {
          who,
          status: one.kind === "person" ? words[one.status] : t(`library.${one.kind}`),
          count: one.segment_count,
          when: formatMoment(one.updated_at),
        });
        const tone = one.kind === "person" ? TONES[one.status] : "";
        return (
          <span key={one.id} class={`${styles.person} ${tone}`} title={told} role="img" aria-label={told}>
            {one.kind === "person" ? initialsOf(who) : <Icon of={KIND_ICONS[one.kind]} size={14} />}
            {one.status === "reviewed" && one.kind === "person" && "✓"}
          </span>
        );
      })}
      {work.annotations.length > SHOWN_PEOPLE && (
        <span class="small soft">+{work.annotations.length - SHOWN_PEOPLE}</span>
      )}
    </span>
  );
}
