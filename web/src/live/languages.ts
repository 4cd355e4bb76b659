/** The languages that Whisper writes down (`earmark.core.languages`), by their names in the reader's language. */
import { language } from "../i18n";

const CODES =
  "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha haw he hi hr ht hu hy id is it ja ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo yue zh".split(
    " ",
  );

export function languageChoices(): readonly { value: string; label: string }[] {
  const names = new Intl.DisplayNames(language.value, { type: "language" });
  const named = CODES.map((value) => ({ value, label: names.of(value) ?? value }));
  return named.sort((a, b) => a.label.localeCompare(b.label, language.value));
}
