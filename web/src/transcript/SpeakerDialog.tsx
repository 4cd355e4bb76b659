import { useState } from "preact/hooks";
import { t } from "../i18n";
import { Button, Dialog, TextField } from "../ui";
import type { Desk } from "./Desk";
import styles from "./transcript.module.css";
import { assign, firstFree, nextName } from "./write";

/** Who speaks in the lines that are selected: somebody known by a press or a digit, or a new name. */
export function SpeakerDialog({ desk, onClose }: { desk: Desk; onClose: () => void }) {
  const [targets] = useState(desk.targets);
  const [name, setName] = useState("");
  const seats = desk.seats.value;
  const speakers = desk.speakers.value;
  const current = targets[0]?.speaker ?? null;
  const give = (speaker: string | null) => {
    // Lines may have changed while the dialog was open.
    const lines = targets.map((line) => desk.lineOf(line.id)).filter((line) => line !== undefined);
    assign(desk, lines, speaker);
    onClose();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const seat = /^[1-9]$/.test(event.key) && name === "" ? seats[Number(event.key) - 1] : undefined;
    if (!seat || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    give(seat);
  };
  return (
    <Dialog title={t("transcript.whoSpeaks", { count: targets.length })} onClose={onClose}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: digits choose from anywhere inside */}
      <div class="stack" onKeyDown={onKeyDown}>
        <form
          class={styles.findRow}
          onSubmit={(event) => {
            event.preventDefault();
            give(name.trim() || nextName(desk));
          }}
        >
          <div class="grow">
            <TextField
              label={t("transcript.newSpeaker")}
              placeholder={nextName(desk)}
              value={name}
              onValue={setName}
              maxLength={200}
              autofocus
              autocomplete="off"
            />
          </div>
          <Button type="submit" kind="primary">
            {t("common.add")}
          </Button>
        </form>
        <div class={styles.choices}>
          {speakers.map((speaker) => {
            const seat = seats.indexOf(speaker.name);
            return (
              <Button
                key={speaker.name}
                aria-pressed={speaker.name === current}
                onClick={() => give(speaker.name)}
              >
                <span
                  class={styles.dot}
                  style={{ background: desk.colourOf.value(speaker.name) }}
                  aria-hidden
                />
                <span class="truncate">{speaker.name}</span>
                {seat >= 0 && seat < 9 && <kbd>{seat + 1}</kbd>}
              </Button>
            );
          })}
          <Button aria-pressed={current === null} onClick={() => give(null)}>
            {t("transcript.nobody")}
          </Button>
        </div>
        {current !== null && (
          <Button
            kind="plain"
            onClick={() => {
              desk.renamed.value = current;
              desk.shown.value = "rename";
            }}
          >
            {t("transcript.renameOne", { name: current })}
          </Button>
        )}
        {firstFree(seats) < 9 && <p class="soft small">{t("transcript.digitsHint")}</p>}
      </div>
    </Dialog>
  );
}
