import { X } from "lucide";
import { t } from "../i18n";
import { Button, Name, SelectField, useProjects, useQuery } from "../ui";
import { type JobState, STATES } from "./timing";
import { wantedBy } from "./wanted";
import { KIND_NAMES, kindWord, stateWord } from "./words";

function toggled(states: readonly JobState[], one: JobState): string {
  const without = states.filter((state) => state !== one);
  return (without.length < states.length ? without : [...states, one]).join(",");
}

/** Which jobs are shown; the choice stands in the address. */
export function Filters() {
  const [query, change] = useQuery();
  const { states, kind, project, recording } = wantedBy(query);
  const kinds = [...new Set([...KIND_NAMES, ...(kind ? [kind] : [])])];
  const projects = useProjects();
  return (
    <div class="filters">
      <fieldset class="field bare">
        <legend class="label">{t("jobs.state")}</legend>
        <div class="row">
          {STATES.map((state) => (
            <Button
              key={state}
              aria-pressed={states.includes(state)}
              onClick={() => change({ state: toggled(states, state) })}
            >
              {stateWord(state)}
            </Button>
          ))}
        </div>
      </fieldset>
      <SelectField
        label={t("jobs.kind")}
        value={kind}
        choices={[
          { value: "", label: t("jobs.allKinds") },
          ...kinds.map((name) => ({ value: name, label: kindWord(name) })),
        ]}
        onValue={(value) => change({ kind: value })}
      />
      <SelectField
        label={t("jobs.project")}
        value={project}
        choices={[{ value: "", label: t("jobs.allProjects") }, ...projects]}
        onValue={(value) => change({ project: value })}
      />
      {recording && (
        <Button icon={X} onClick={() => change({ recording: "" })}>
          {t("jobs.onlyRecording")} <Name kind="recording" id={recording} link={false} />
        </Button>
      )}
    </div>
  );
}
