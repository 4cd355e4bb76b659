import { useLayoutEffect, useRef } from "preact/hooks";
import { comboOf } from "../editor/commands/keys";
import { t } from "../i18n";
import { SKIP_SECONDS } from "./commands";
import type { Desk, Typing } from "./Desk";
import styles from "./transcript.module.css";
import { beginTyping, cancelTyping, endTyping, insert, merge, split, type } from "./write";

/** The line above or below, typed in next; below the last one, a new one. */
function go(desk: Desk, id: string, by: number): void {
  const next = desk.lines.value[(desk.order.value.get(id) ?? 0) + by];
  if (!next) {
    if (by > 0) insert(desk);
    return;
  }
  endTyping(desk);
  desk.moveTo({ id: next.id, piece: 0 });
  beginTyping(desk, next.id, 0);
}

/** Keys of the field; whether the key was taken. */
function press(desk: Desk, id: string, combo: string, field: HTMLTextAreaElement): boolean {
  const { player } = desk.work;
  const isCaret = field.selectionStart === field.selectionEnd;
  const at = field.selectionStart;
  const actions: Record<string, () => void> = {
    Enter: () => endTyping(desk),
    Escape: () => cancelTyping(desk),
    Tab: () => (player.playing.peek() ? player.pause() : desk.playLine(id)),
    "Mod+Space": () => void player.toggle(),
    "Alt+ArrowLeft": () => desk.skip(-SKIP_SECONDS),
    "Alt+ArrowRight": () => desk.skip(SKIP_SECONDS),
    "Alt+ArrowDown": () => go(desk, id, 1),
    "Alt+ArrowUp": () => go(desk, id, -1),
    "Mod+Enter": () => split(desk, id, at),
  };
  if (isCaret && at === 0 && (desk.order.value.get(id) ?? 0) > 0) actions.Backspace = () => merge(desk, -1);
  if (isCaret && at === field.value.length) actions.Delete = () => merge(desk, 1);
  const action = actions[combo];
  const text = field.closest<HTMLElement>("[role=list]");
  action?.();
  // The field is gone: keys are those of the text again.
  if (desk.typing.peek() === null) text?.focus({ preventScroll: true });
  return action !== undefined;
}

interface Props {
  desk: Desk;
  typing: Typing;
  text: string;
  language: string | null | undefined;
}

/** The text of a line while it is typed: kept as it is typed, so that nothing is lost. */
export function LineField({ desk, typing, text, language }: Props) {
  const field = useRef<HTMLTextAreaElement>(null);
  const grow = () => {
    if (!field.current) return;
    field.current.style.height = "auto";
    field.current.style.height = `${field.current.scrollHeight}px`;
  };
  useLayoutEffect(() => {
    field.current?.focus({ preventScroll: true });
    field.current?.setSelectionRange(typing.caret, typing.caret);
  }, [typing.key]);
  useLayoutEffect(grow, [text]);
  return (
    <textarea
      ref={field}
      class={styles.field}
      rows={1}
      lang={language ?? undefined}
      spellcheck
      aria-label={t("transcript.textOfLine")}
      aria-describedby="transcript-typing"
      placeholder={t("transcript.typeHere")}
      value={text}
      onInput={(event) => type(desk, event.currentTarget.value.replace(/\s*\n\s*/g, " "))}
      onKeyDown={(event) => {
        const combo = event.isComposing ? null : comboOf(event);
        if (combo === null || !press(desk, typing.id, combo, event.currentTarget)) return;
        event.preventDefault();
        event.stopPropagation();
      }}
      onBlur={() => {
        if (desk.typing.peek()?.key === typing.key) endTyping(desk);
      }}
    />
  );
}
