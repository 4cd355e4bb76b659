import { useEffect } from "preact/hooks";
import { useLocation } from "preact-iso";
import { sendLeftovers, waitingElsewhere } from "../editor/document/leftovers";
import { t } from "../i18n";
import { session } from "./session";

/** Sends edits that closed tabs left in this browser, whatever page is opened next; those that need a person are named. */
export default function Leftovers() {
  const { path } = useLocation();
  // The page of a recording sends its own, and looks after the others.
  const isElsewhere = !path.startsWith("/recordings/");
  const userId = session.value?.user.id;
  useEffect(() => {
    if (!isElsewhere || userId === undefined) return;
    const send = () => void sendLeftovers(userId, null);
    send();
    addEventListener("online", send);
    return () => removeEventListener("online", send);
  }, [isElsewhere, userId]);
  if (!isElsewhere || waitingElsewhere.value.length === 0) return null;
  return (
    <div class="notice notice-warn" role="status">
      <span>{t("editor.elsewhere")}</span>
      {waitingElsewhere.value.map(({ annotationId, recordingId, recordingName }) => (
        <a key={annotationId} href={`/recordings/${recordingId}?annotation=${annotationId}`}>
          {recordingName}
        </a>
      ))}
    </div>
  );
}
