import { useComputed, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { coloursOf } from "../editor/document/labelColours";
import { sendLeftovers } from "../editor/document/leftovers";
import { loadSubject, type Subject } from "../editor/document/subject";
import { Workspace } from "../editor/document/Workspace";
import { NotReady } from "../editor/panels/NotReady";
import { t } from "../i18n";
import { session } from "../shell/session";
import { Bar, ErrorNotice, useLoaded } from "../ui";
import { openDesk } from "./choose";
import { Desk } from "./Desk";
import { Dialogs } from "./Dialogs";
import { FindBar } from "./FindBar";
import { NoText } from "./NoText";
import { OthersText } from "./OthersText";
import { Panel } from "./Panel";
import { PlayLine } from "./PlayLine";
import { Reading } from "./Reading";
import { Script } from "./Script";
import { Strip } from "./Strip";
import { panelOpen } from "./settings";
import { ToolLine } from "./ToolLine";
import { TopLine } from "./TopLine";
import styles from "./transcript.module.css";
import { useAddress } from "./useAddress";
import { useDeskKeys } from "./useDeskKeys";

/** The text of one recording. */
export default function Transcript() {
  const { recordingId = "" } = useRoute().params;
  return <Loaded key={recordingId} recordingId={recordingId} />;
}

function Loaded({ recordingId }: { recordingId: string }) {
  const user = session.value?.user;
  const subject = useLoaded(
    () => (user ? loadSubject(recordingId, user) : Promise.reject(new Error(t("shell.signIn")))),
    [recordingId, user?.id],
  );
  const reload = useCallback(() => void subject.reload(), [subject.reload]);
  if (subject.error !== null) {
    return (
      <div class="page">
        <ErrorNotice error={subject.error} onRetry={reload} />
      </div>
    );
  }
  if (!subject.data) return <p class="page soft">{t("common.loading")}</p>;
  const { recording } = subject.data;
  if (recording.state !== "ready" || recording.deleted_at !== null) {
    return <NotReady recording={recording} onChanged={reload} />;
  }
  return <Opened key={recording.id} subject={subject.data} />;
}

/** What the address asks for. */
function asked() {
  const query = new URLSearchParams(location.search);
  const time = Number(query.get("t"));
  return { annotation: query.get("annotation"), time: Number.isFinite(time) && time > 0 ? time : 0 };
}

function Opened({ subject }: { subject: Subject }) {
  const [error, setError] = useState<unknown>(null);
  const colourOf = useComputed(() => coloursOf(subject.project.labels));
  const desk = useMemo(() => new Desk(new Workspace(subject, colourOf, asked())), [subject.recording.id]);
  const load = useCallback(() => {
    setError(null);
    openDesk(desk, asked().annotation).then(() => desk.goTo(asked().time), setError);
  }, [desk]);
  useEffect(() => {
    load();
    void sendLeftovers(subject.user.id, subject.recording.id);
    return () => {
      desk.close();
      desk.work.close();
    };
  }, [desk]);
  return <Room desk={desk} error={error} onRetry={load} />;
}

/** Leaving with work that is only here asks first. */
function useLeaveWarning(desk: Desk): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (desk.work.layers.open.value.some((layer) => layer.document.isAtRisk)) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [desk]);
}

interface RoomProps {
  desk: Desk;
  error: unknown;
  onRetry: () => void;
}

function Room({ desk, error, onRetry }: RoomProps) {
  useDeskKeys(desk);
  useLeaveWarning(desk);
  useAddress(desk);
  useSignalEffect(() => {
    document.title = `${t("transcript.title")} · ${desk.work.subject.recording.name} · Earmark`;
  });
  return (
    <div class={styles.room}>
      <TopLine desk={desk} />
      <Strip desk={desk} />
      <ToolLine desk={desk} />
      <div class={styles.middle}>
        <div class={styles.stage}>
          <p id="transcript-typing" class="visually-hidden">
            {t("transcript.typingHelp")}
          </p>
          <Reading desk={desk} />
          {desk.finder.open.value !== "closed" && <FindBar desk={desk} />}
          {error !== null && <ErrorNotice error={error} onRetry={onRetry} />}
          {error === null && <Content desk={desk} />}
        </div>
        {panelOpen.value && <Panel desk={desk} />}
      </div>
      <PlayLine desk={desk} />
      <Dialogs desk={desk} />
    </div>
  );
}

function Content({ desk }: { desk: Desk }) {
  if (!desk.settled.value || !desk.loaded.value) {
    return (
      <div class="page">
        <Bar label={t("common.loading")} value={null} />
      </div>
    );
  }
  const isBare = !desk.hasText.value && desk.typing.value === null;
  const isOwn = desk.canEdit.value && desk.lines.value.length > 0;
  return (
    <>
      {isBare && <OthersText desk={desk} />}
      {isBare && !isOwn ? (
        <div class={styles.empty}>
          <NoText desk={desk} />
        </div>
      ) : (
        <Script desk={desk} />
      )}
    </>
  );
}
