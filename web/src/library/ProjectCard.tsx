import { RotateCcw, Settings } from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { ask, GET } from "../api/client";
import type { SchemaProjectAnswer, SchemaRole, SchemaStates } from "../api/schema";
import { formatAgo, formatMoment, formatNumber, t } from "../i18n";
import { roleWord } from "../project/roleWords";
import { roleIn } from "../project/useProject";
import { Button, Icon } from "../ui";
import { stateWord } from "./chips";
import { STATES } from "./filters";
import styles from "./projects.module.css";

interface More {
  readonly states: SchemaStates;
  readonly role: SchemaRole;
}

async function moreOf(projectId: string): Promise<More> {
  const params = { path: { project_id: projectId } };
  const [states, { items }] = await Promise.all([
    ask(GET("/api/v1/projects/{project_id}/recordings/states", { params })),
    ask(GET("/api/v1/projects/{project_id}/members", { params })),
  ]);
  return { states, role: roleIn(items) };
}

/** Counts and role are asked for when the card comes onto the screen: there may be hundreds. */
function useMoreWhenSeen(projectId: string) {
  const card = useRef<HTMLLIElement>(null);
  const [more, setMore] = useState<More | null>(null);
  useEffect(() => {
    const watcher = new IntersectionObserver(([entry]) => {
      if (!entry?.isIntersecting) return;
      watcher.disconnect();
      // The card says the rest without them.
      moreOf(projectId).then(setMore, () => undefined);
    });
    if (card.current) watcher.observe(card.current);
    return () => watcher.disconnect();
  }, [projectId]);
  return { card, more };
}

function Counts({ states }: { states: SchemaStates }) {
  const counts = STATES.map((state) => [state, states[state] ?? 0] as const).filter(([, count]) => count > 0);
  if (counts.length === 0) return <span class="soft small">{t("library.noRecordings")}</span>;
  const tones = { waiting: "", ready: "badge-good", failed: "badge-bad" };
  return (
    <span class="row">
      {counts.map(([state, count]) => (
        <span key={state} class={`badge ${tones[state]}`}>
          <strong class="number">{formatNumber(count)}</strong> {stateWord(state)}
        </span>
      ))}
    </span>
  );
}

interface Props {
  project: SchemaProjectAnswer;
  /** The only one there is. */
  alone: boolean;
  onRestore: (project: SchemaProjectAnswer) => void;
}

const SHOWN_LABELS = 8;

/** What a project is about and how it stands; all of it leads to its recordings. */
export function ProjectCard({ project, alone, onRestore }: Props) {
  const { card, more } = useMoreWhenSeen(project.id);
  const { id, name, description, labels, updated_at, deleted_at } = project;
  const rest = labels.length - SHOWN_LABELS;
  return (
    <li ref={card} class={styles.card} data-alone={alone}>
      <div class={styles.cardHead} data-alone={alone}>
        <h2>
          <a class={styles.cover} href={`/projects/${id}`}>
            {name}
          </a>
        </h2>
        <a
          class={`button button-plain button-icon ${styles.above}`}
          href={`/projects/${id}/settings`}
          aria-label={`${t("project.title")}: ${name}`}
          title={t("project.title")}
        >
          <Icon of={Settings} />
        </a>
      </div>
      {description !== "" && <p class={`soft ${styles.description}`}>{description}</p>}
      {labels.length > 0 && (
        <span class={styles.labels}>
          {labels.slice(0, SHOWN_LABELS).map((label) => (
            <span key={label.name} class={styles.label}>
              <span class="swatch" style={{ background: label.colour }} />
              {label.name}
            </span>
          ))}
          {rest > 0 && <span class="small soft">+{rest}</span>}
        </span>
      )}
      <div class={styles.cardFoot}>
        {more ? <Counts states={more.states} /> : <span class="small soft">…</span>}
        <span class="small soft" title={formatMoment(updated_at)}>
          {more && `${roleWord(more.role)} · `}
          {t("library.changed", { when: formatAgo(updated_at) })}
        </span>
      </div>
      {deleted_at !== null && (
        <Button
          class={styles.above}
          icon={RotateCcw}
          disabled={more !== null && more.role !== "admin"}
          onClick={() => onRestore(project)}
        >
          {t("common.restore")}
        </Button>
      )}
    </li>
  );
}
