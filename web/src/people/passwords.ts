/** Passwords that are made up for people: easy to read out, hard to guess. */

/** Without letters and digits that look alike. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const GROUPS = 4;
const GROUP = 5;

/** Fill an array with random bytes; `crypto` unless a test says otherwise. */
type Random = (bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

/** Twenty letters in groups of five: 99 bits. Bytes beyond the last full set are dropped, so each letter is as likely. */
export function makePassword(random: Random = (bytes) => crypto.getRandomValues(bytes)): string {
  const limit = 256 - (256 % LETTERS.length);
  let letters = "";
  while (letters.length < GROUPS * GROUP) {
    for (const byte of random(new Uint8Array(32))) {
      if (byte < limit) letters += LETTERS[byte % LETTERS.length];
    }
  }
  const groups = Array.from({ length: GROUPS }, (_, at) => letters.slice(at * GROUP, (at + 1) * GROUP));
  return groups.join("-");
}
