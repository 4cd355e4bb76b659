import { useComputed, useSignal, useSignalEffect } from "@preact/signals";
import { useCallback, useEffect, useMemo, useState } from "preact/hooks";
import { useRoute } from "preact-iso";
import { language, t } from "../i18n";
import { session } from "../shell/session";
import { ErrorNotice, useLoaded } from "../ui";
import type { Readout, Scene } from "./canvas/scene";
import { TimelineCanvas } from "./canvas/TimelineCanvas";
import { commandsOf } from "./commands/registry";
import { useKeys } from "./commands/useKeys";
import { coloursOf } from "./document/labelColours";
import { sendLeftovers, waitingElsewhere } from "./document/leftovers";
import { follow, look, sideOpen, wheel } from "./document/settings";
import { loadSubject, type Subject } from "./document/subject";
import { Workspace } from "./document/Workspace";
import styles from "./panels/frame.module.css";
import { Commands } from "./panels/hints";
import { NotReady } from "./panels/NotReady";
import { Overlays } from "./panels/Overlays";
import { PlayBar } from "./panels/PlayBar";
import { Side } from "./panels/Side";
import { ToolBar } from "./panels/ToolBar";
import { TopBar } from "./panels/TopBar";
import { usePlace } from "./panels/usePlace";
import { Picture } from "./player/Picture";
import { PointerTools } from "./tools/PointerTools";

/** The page of one recording. */
export default function Editor() {
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
  if (recording.state !== "ready" || recording.deleted_at !== null)
    return <NotReady recording={recording} onChanged={reload} />;
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
  const work = useMemo(() => new Workspace(subject, colourOf, asked()), [subject.recording.id]);
  const load = useCallback(() => {
    setError(null);
    work.layers.load(asked().annotation).catch(setError);
  }, [work]);
  useEffect(() => {
    load();
    void sendLeftovers(subject.user.id, subject.recording.id);
    return () => work.close();
  }, [work]);
  return <Room work={work} error={error} onRetry={load} />;
}

/** Leaving with work that is only here asks first. */
function useLeaveWarning(work: Workspace): void {
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      const unsent = work.layers.open.value.some((layer) => layer.document.isAtRisk);
      if (unsent || work.proposal.value !== null) event.preventDefault();
    };
    addEventListener("beforeunload", warn);
    return () => removeEventListener("beforeunload", warn);
  }, [work]);
}

/** What is drawn for a segment that keys began: from there to the playhead. */
function useDraft(work: Workspace) {
  return useComputed(() => {
    const [drawn, begun] = [work.draft.value, work.begun.value];
    if (drawn !== null || begun === null) return drawn;
    const now = work.player.time.value;
    const [start, end] = [Math.min(begun, now), Math.max(begun, now)];
    return { start, end, lowHz: null, highHz: null, channel: null, label: work.label.value, replaces: null };
  });
}

function useScene(work: Workspace): Scene {
  const draft = useDraft(work);
  return useMemo(
    () => ({
      sound: work.sound,
      view: work.view,
      look,
      layers: work.layers.layers,
      selected: work.selectedIds,
      draft,
      colourOf: work.colourOf,
      tool: work.tool,
      time: work.player.time,
      playing: work.player.playing,
      range: work.player.range,
      follow,
      wheel,
    }),
    [work],
  );
}

interface RoomProps {
  work: Workspace;
  error: unknown;
  onRetry: () => void;
}

function Room({ work, error, onRetry }: RoomProps) {
  const readout = useSignal<Readout | null>(null);
  const commands = useMemo(() => commandsOf(work.subject.project.labels), [work, language.value]);
  const tools = useMemo(() => new PointerTools(work, readout), [work]);
  const scene = useScene(work);
  useKeys(work, commands);
  useLeaveWarning(work);
  usePlace(work);
  useSignalEffect(() => {
    document.title = `${work.subject.recording.name} · Earmark`;
  });
  work.pointer = tools;
  return (
    <Commands.Provider value={commands}>
      <div class={styles.editor}>
        <TopBar work={work} />
        <div class={styles.middle}>
          <ToolBar work={work} />
          <div class={styles.stage}>
            <Banner />
            {error !== null && <ErrorNotice error={error} onRetry={onRetry} />}
            {work.sound.video && (
              <div class={styles.video}>
                <Picture player={work.player} />
              </div>
            )}
            <div class={styles.timeline} data-timeline data-part>
              <TimelineCanvas
                scene={scene}
                handlers={tools}
                onReady={(timeline) => {
                  tools.timeline = timeline;
                }}
              />
            </div>
          </div>
          {sideOpen.value && <Side work={work} />}
        </div>
        <PlayBar work={work} readout={readout} />
        <Overlays work={work} commands={commands} />
      </div>
    </Commands.Provider>
  );
}

/** Edits of other recordings that wait for the person. */
function Banner() {
  const waiting = waitingElsewhere.value;
  if (waiting.length === 0) return null;
  return (
    <div class={styles.banner} role="status">
      <span>{t("editor.elsewhere")}</span>
      {waiting.map((kept) => (
        <a key={kept.annotationId} href={`/recordings/${kept.recordingId}?annotation=${kept.annotationId}`}>
          {kept.recordingName}
        </a>
      ))}
    </div>
  );
}
