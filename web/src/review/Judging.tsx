import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import type { SchemaProjectAnswer } from "../api/schema";
import { coloursOf } from "../editor/document/labelColours";
import { t } from "../i18n";
import { Button, complain, Empty, ErrorNotice, say, useQuery } from "../ui";
import { Actions } from "./Actions";
import { editorLink } from "./CardView";
import { type Card, nowOf } from "./cards";

import type { Outcome } from "./decide";
import { Failures } from "./Failures";
import { Grid } from "./Grid";
import { Keys } from "./Keys";
import { type Command, commandOf, labelKeys } from "./keys";
import { moved } from "./layout";
import { type Action, uncertainAction } from "./plan";
import { sizeOf, type Wanted } from "./query";
import { ReviewStore } from "./ReviewStore";
import styles from "./review.module.css";
import { onHover, play, silenced, stop, toggle } from "./sound";
import { TileBank } from "./TileBank";

interface Props {
  project: SchemaProjectAnswer;
  me: string;
  wanted: Wanted;
}

const SAID = {
  accept: "review.saidAccept",
  reject: "review.saidReject",
  uncertain: "review.saidUncertain",
  label: "review.saidLabel",
} as const;

const countOf = ({ done }: Outcome) => done.reduce((sum, { cards }) => sum + cards.length, 0);
const mergedOf = ({ done }: Outcome) => done.reduce((sum, { merged }) => sum + merged, 0);

function report(action: Action, outcome: Outcome, undo: () => void): void {
  const count = countOf(outcome);
  const words = t(SAID[action.kind], { count, label: action.kind === "label" ? action.label : "" });
  if (count > 0) say(words, { label: t("common.undo"), run: undo });
  if (mergedOf(outcome) > 0) say(t("review.merged"));
}

function NoCards({ store, wanted }: { store: ReviewStore; wanted: Wanted }) {
  const [, change] = useQuery();
  if (store.left.value > 0) {
    return (
      <Empty title={t("review.allJudged")}>
        <p>{t("review.allJudgedHint", { count: store.left.value })}</p>
        <Button onClick={() => change({ judged: "1" })}>{t("review.showJudged")}</Button>
      </Empty>
    );
  }
  if (store.narrowed) return <Empty title={t("common.nothingFits")} />;
  return (
    <Empty title={t(wanted.source === "model" ? "review.emptyModel" : "review.empty")}>
      <p>{t("review.emptyHint")}</p>
      <Button onClick={() => change({ source: "all" })}>{t("review.fromAll")}</Button>
    </Empty>
  );
}

/** The grid with what is decided on it. */
export function Judging({ project, me, wanted }: Props) {
  const { route } = useLocation();
  const [query] = useQuery();
  const store = useMemo(() => new ReviewStore(project.id, me, wanted), []);
  const bank = useMemo(() => new TileBank(), []);
  const labels = useMemo(() => labelKeys(project.labels), [project]);
  const colourOf = useMemo(() => coloursOf(project.labels), [project]);
  const screen = useRef({ columns: 1, rows: 1 });
  const [help, setHelp] = useState(false);

  useEffect(() => {
    void store.more();
    return () => {
      store.close();
      bank.close();
      stop();
    };
  }, [store, bank]);

  const open = (card: Card | undefined) => card && route(editorLink(card));
  const currentCard = () => store.cards.value[store.current.value];
  const undo = async () => {
    const outcome = await store.undo();
    if (outcome && countOf(outcome) > 0) say(t("review.undone", { count: countOf(outcome) }));
  };
  const redo = async () => {
    const outcome = await store.redo();
    if (outcome && countOf(outcome) > 0) say(t("review.redone", { count: countOf(outcome) }));
  };
  const act = async (action: Action) => {
    const single = store.selected.value.size === 0;
    const outcome = await store.decide(action);
    if (!outcome) return;
    if (outcome.failed.length === 0 && !single) store.clear();
    // One after the other: the next card is at hand.
    if (single && outcome.failed.length === 0) store.go(store.current.value + 1);
    else report(action, outcome, () => void undo());
  };
  const uncertain = () =>
    act(uncertainAction(store.chosen().map((card) => nowOf(card, store.verdicts.value.get(card.key)))));
  const sound = (card: Card | null) => {
    if (card === null) stop();
    else if (onHover.value) play(card, complain);
  };
  const run = {
    accept: () => void act({ kind: "accept" }),
    reject: () => void act({ kind: "reject" }),
    uncertain: () => void uncertain(),
    label: (label: string) => void act({ kind: "label", label }),
    open: () => void open(currentCard()),
    undo: () => void undo(),
    redo: () => void redo(),
    help: () => setHelp(true),
  };
  const obey = (command: Command) => {
    const card = currentCard();
    const { current, cards } = store;
    if (command.kind === "move") {
      const { columns, rows } = screen.current;
      store.go(moved(command.move, current.value, cards.value.length, columns, rows), command.extend);
    } else if (command.kind === "label") run.label(command.label);
    else if (command.kind === "toggle") store.toggle(current.value);
    else if (command.kind === "all") store.selectAll();
    else if (command.kind === "none") store.clear();
    else if (command.kind === "play") card && toggle(card, complain);
    else run[command.kind]();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const command = commandOf(event, labels);
    if (command === null) return;
    event.preventDefault();
    obey(command);
  };
  // What is offered holds wherever the focus is, but not while something is typed.
  useEffect(() => {
    const anywhere = (event: KeyboardEvent) => {
      if (event.target === document.body) onKeyDown(event);
    };
    document.addEventListener("keydown", anywhere);
    return () => document.removeEventListener("keydown", anywhere);
  });

  const { error, loading, cards } = store;
  const empty = cards.value.length === 0 && !loading.value && error.value === null;
  return (
    <>
      <Actions store={store} labels={labels} names={project.labels.map(({ name }) => name)} run={run} />
      <div class={styles.notices}>
        {error.value !== null && <ErrorNotice error={error.value} onRetry={() => void store.more()} />}
        {bank.trouble.value !== null && (
          <ErrorNotice error={bank.trouble.value} onRetry={() => bank.retry()} />
        )}
        <Failures store={store} />
        {silenced.value && onHover.value && <p class="soft small">{t("review.silenced")}</p>}
        {store.twins.value > 0 && (
          <p class="soft small" role="status">
            {t("review.twins", { count: store.twins.value })}
          </p>
        )}
        {empty && <NoCards store={store} wanted={wanted} />}
        {cards.value.length === 0 && loading.value && <p class="soft">{t("common.loading")}</p>}
      </div>
      {cards.value.length > 0 && (
        <Grid
          store={store}
          bank={bank}
          size={sizeOf(query)}
          colourOf={colourOf}
          onKeyDown={onKeyDown}
          onSound={sound}
          onOpen={open}
          onRows={(columns, rows) => {
            screen.current = { columns, rows };
          }}
        />
      )}
      {help && <Keys labels={labels} onClose={() => setHelp(false)} />}
    </>
  );
}
