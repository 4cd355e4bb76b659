/** Files and whole folders that are dropped on a page. */
import type { Chosen } from "./media";

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  // Each call gives some of them (100 in Chromium) until none are left.
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function below(entry: FileSystemEntry, found: Chosen[]): Promise<void> {
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) found.push({ file: await fileOf(entry as FileSystemFileEntry), path });
  if (!entry.isDirectory) return;
  const children = await childrenOf(entry as FileSystemDirectoryEntry);
  for (const child of children.sort((a, b) => a.name.localeCompare(b.name))) await below(child, found);
}

/** Everything that was dropped, folders to the bottom. The list is only readable before the first `await`. */
export async function filesOf(dropped: DataTransfer): Promise<readonly Chosen[]> {
  const entries = [...dropped.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
  if (entries.length === 0) return chosenFrom(dropped.files);
  const found: Chosen[] = [];
  for (const entry of entries) await below(entry, found);
  return found;
}

/** What a file or folder picker gave. */
export function chosenFrom(files: FileList): readonly Chosen[] {
  return [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name }));
}
