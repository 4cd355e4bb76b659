import { RotateCcw } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n";
import { Button, Dialog, IconButton, TextField } from "../../ui";
import { byKey, clashes, isCustomised, isRebound, keysOf, rebind, resetKeys } from "../commands/bindings";
import { caps, comboOf } from "../commands/keys";
import { type Command, GROUPS, type Group } from "../commands/registry";
import styles from "./panel.module.css";

interface Props {
  commands: readonly Command[];
  onClose: () => void;
}

/** All keys, by group and to be searched; each can be given another. */
export function KeysDialog({ commands, onClose }: Props) {
  const [text, setText] = useState("");
  const [waiting, setWaiting] = useState<string | null>(null);
  void isCustomised.value;
  const wanted = text.trim().toLowerCase();
  const fits = (command: Command) =>
    wanted === "" ||
    command.title.toLowerCase().includes(wanted) ||
    keysOf(command).some((key) => key.toLowerCase() === wanted);
  const doubled = clashes(commands);
  return (
    <Dialog wide title={t("editor.keyHelp")} onClose={onClose}>
      <div class="row">
        <div class="grow">
          <TextField type="search" label={t("common.search")} value={text} onValue={setText} autofocus />
        </div>
        {isCustomised.value && (
          <Button icon={RotateCcw} onClick={() => resetKeys()}>
            {t("editor.resetKeys")}
          </Button>
        )}
      </div>
      <p class="soft small">{t("editor.keysHint")}</p>
      <div class={styles.keys}>
        {GROUPS.map((group) => (
          <KeyGroup
            key={group}
            group={group}
            commands={commands.filter((one) => one.group === group && fits(one))}
            doubled={doubled}
            waiting={waiting}
            onWait={setWaiting}
          />
        ))}
      </div>
    </Dialog>
  );
}

interface GroupProps {
  group: Group;
  commands: readonly Command[];
  doubled: ReadonlyMap<string, readonly Command[]>;
  waiting: string | null;
  onWait: (id: string | null) => void;
}

function KeyGroup({ group, commands, doubled, waiting, onWait }: GroupProps) {
  if (commands.length === 0) return null;
  return (
    <section>
      <h3>{t(`editor.group_${group}`)}</h3>
      {commands.map((command) => (
        <KeyRow
          key={command.id}
          command={command}
          doubled={doubled}
          waiting={waiting === command.id}
          onWait={(wait) => onWait(wait ? command.id : null)}
        />
      ))}
    </section>
  );
}

interface RowProps {
  command: Command;
  doubled: ReadonlyMap<string, readonly Command[]>;
  waiting: boolean;
  onWait: (wait: boolean) => void;
}

function KeyRow({ command, doubled, waiting, onWait }: RowProps) {
  const keys = keysOf(command);
  const doubledKey = keys.find((key) => doubled.has(key)) ?? "";
  const wanting = doubled.get(doubledKey) ?? [];
  const runs = byKey(wanting).get(doubledKey)?.id === command.id;
  const others = wanting.filter((one) => one.id !== command.id);
  const name = others.map((one) => one.title).join(", ");
  const take = (event: KeyboardEvent) => {
    if (!waiting || event.key === "Tab") return;
    event.preventDefault();
    event.stopPropagation();
    const combo = comboOf(event);
    if (combo === null) return;
    if (combo !== "Escape") rebind(command.id, [combo]);
    onWait(false);
  };
  return (
    <div class={styles.keyRow}>
      <span class="row">
        {command.title}
        {others.length > 0 && (
          <span class="badge badge-warn">
            {t(runs ? "editor.keyWins" : "editor.keyLoses", { key: caps(doubledKey).join("+"), name })}
          </span>
        )}
      </span>
      <span class={styles.combo}>
        {isRebound(command.id) && (
          <IconButton
            icon={RotateCcw}
            label={t("editor.resetKey", { name: command.title })}
            onClick={() => resetKeys(command.id)}
          />
        )}
        <button
          type="button"
          class="button button-plain"
          onClick={() => onWait(!waiting)}
          onBlur={() => onWait(false)}
          onKeyDown={take}
        >
          <span class="visually-hidden">{t("editor.changeKey", { name: command.title })}</span>
          {waiting ? <em>{t("editor.pressKey")}</em> : keys.map((key) => <Combo key={key} combo={key} />)}
          {!waiting && keys.length === 0 && "—"}
        </button>
      </span>
    </div>
  );
}

function Combo({ combo }: { combo: string }) {
  return (
    <span class={styles.combo}>
      {caps(combo).map((cap) => (
        <kbd key={cap}>{cap}</kbd>
      ))}
    </span>
  );
}
