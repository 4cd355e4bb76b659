/** Ask for files, or for a folder with everything in it. */
import { chosenFrom } from "./entries";
import type { Chosen } from "./media";

export function pick(what: "files" | "folder", then: (chosen: readonly Chosen[]) => void): void {
  const input = document.createElement("input");
  input.type = "file";
  input.multiple = true;
  input.webkitdirectory = what === "folder";
  input.hidden = true;
  const done = () => input.remove();
  input.addEventListener("change", () => {
    if (input.files !== null) then(chosenFrom(input.files));
    done();
  });
  input.addEventListener("cancel", done);
  // Some browsers open nothing for an element that is not part of the page.
  document.body.append(input);
  input.click();
}
