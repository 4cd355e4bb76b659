import { useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { formatMoment, t } from "../i18n";
import { Bar, Button, Dialog, ErrorNotice, SelectField, TextField, useProjects } from "../ui";
import { save } from "./save";
import type { Said } from "./texts";

interface Props {
  sound: Blob;
  said: readonly Said[];
  onClose: () => void;
}

/** Keep a session as a recording of a project. */
export function SaveDialog({ sound, said, onClose }: Props) {
  const { route } = useLocation();
  const projects = useProjects();
  const [chosen, setChosen] = useState("");
  const [name, setName] = useState(() =>
    t("live.recordingName", { when: formatMoment(new Date().toISOString()) }),
  );
  const [share, setShare] = useState<number | null>(null);
  const [error, setError] = useState<unknown>(null);
  const project = chosen || (projects[0]?.value ?? "");
  const submit = async (event: Event) => {
    event.preventDefault();
    setError(null);
    setShare(0);
    try {
      route(await save(project, name.trim().replace(/[/\\:]/g, "-"), sound, said, setShare));
    } catch (failed) {
      setError(failed);
      setShare(null);
    }
  };
  return (
    <Dialog title={t("live.saveTitle")} onClose={onClose}>
      <form class="stack" onSubmit={(event) => void submit(event)}>
        <p class="soft">{t("live.saveHint")}</p>
        {error !== null && <ErrorNotice error={error} />}
        {projects.length === 0 ? (
          <p>{t("live.noProject")}</p>
        ) : (
          <>
            <SelectField label={t("live.project")} value={project} choices={projects} onValue={setChosen} />
            <TextField label={t("live.name")} value={name} onValue={setName} required maxLength={150} />
          </>
        )}
        {share !== null && <Bar value={share} label={t("live.saving")} />}
        <div class="row">
          <Button
            type="submit"
            kind="primary"
            disabled={share !== null || project === "" || name.trim() === ""}
          >
            {t("live.save")}
          </Button>
          <Button onClick={onClose}>{t("common.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
