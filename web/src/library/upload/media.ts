/** Which files of a folder are recordings; the same endings as `earmark.services.items` on the server. */

const MEDIA = new Set(
  (
    "3gp aac ac3 aif aiff amr ape au avi caf dsf eac3 flac flv m2ts m4a m4b m4v mka mkv mov mp2 mp3 mp4 mpeg mpg " +
    "mts oga ogg ogv opus ra rf64 tta ts voc w64 wav wave weba webm wma wmv wv"
  ).split(" "),
);

export interface Chosen {
  readonly file: File;
  /** Folder and name, with slashes. */
  readonly path: string;
}

export function looksLikeMedia(name: string, type: string): boolean {
  const ending = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase();
  return (ending !== undefined && MEDIA.has(ending)) || /^(audio|video)\//.test(type);
}

/** Hidden files and what systems strew about. */
export function isLitter(path: string): boolean {
  const parts = path.split("/");
  const name = parts.at(-1) ?? "";
  return parts.some((part) => part.startsWith(".")) || name === "Thumbs.db" || name === "desktop.ini";
}

/**
 * Recordings, and files of folders that look like something else.
 *
 * A file that somebody chose by itself may end in anything: the server says whether it is one. Litter is passed over.
 */
export function sortOut(chosen: readonly Chosen[]): { media: readonly Chosen[]; others: readonly Chosen[] } {
  const real = chosen.filter(({ path }) => !isLitter(path));
  const isMedia = ({ file, path }: Chosen) => !path.includes("/") || looksLikeMedia(file.name, file.type);
  return { media: real.filter(isMedia), others: real.filter((one) => !isMedia(one)) };
}
