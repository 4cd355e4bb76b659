/** The panel stands beside the pages, so that no page takes it away when it is left. */
import { render } from "preact";
import { t } from "../../i18n";
import { say } from "../../ui";
import { type Chosen, sortOut } from "./media";
import { addFiles, leftOut } from "./store";
import { UploadPanel } from "./UploadPanel";

let there = false;

function show(): void {
  if (there) return;
  there = true;
  const root = document.createElement("div");
  document.body.append(root);
  render(<UploadPanel />, root);
}

/** Send what somebody chose or dropped. */
export function sendAll(projectId: string, chosen: readonly Chosen[]): void {
  const { media, others } = sortOut(chosen);
  if (media.length + others.length === 0) {
    say(t("upload.nothing"));
    return;
  }
  show();
  if (others.length > 0) leftOut.value = { projectId, files: others };
  addFiles(projectId, media);
}
