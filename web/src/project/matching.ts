/** Which recording an annotation file belongs to, by its name. Pure. */

/** Name without folders and ending; endings of formats may have two parts, such as `.earmark.json`. */
export function stemOf(name: string, endings: readonly string[] = []): string {
  const bare = name.split("/").at(-1) ?? name;
  const lower = bare.toLowerCase();
  const fits = endings.filter((ending) => lower.endsWith(ending.toLowerCase()));
  const longest = fits.sort((a, b) => b.length - a.length)[0];
  if (longest !== undefined) return bare.slice(0, bare.length - longest.length);
  return bare.replace(/\.[^.]*$/, "");
}

interface Named {
  readonly id: string;
  readonly name: string;
}

/** Recordings that are called like the file, with or without their own ending. */
export function fitting<T extends Named>(
  file: string,
  recordings: readonly T[],
  endings: readonly string[],
): readonly T[] {
  const wanted = stemOf(file, endings).normalize("NFC");
  const called = (name: string) => name.normalize("NFC");
  return recordings.filter(({ name }) => called(name) === wanted || called(stemOf(name)) === wanted);
}

/** What the server is asked for so that it finds them: words of the name, no more than a search takes. */
export function searchFor(file: string, endings: readonly string[]): string {
  const words = stemOf(file, endings).match(/[\p{L}\p{N}]+/gu) ?? [];
  return words.slice(0, 8).join(" ").slice(0, 300);
}
