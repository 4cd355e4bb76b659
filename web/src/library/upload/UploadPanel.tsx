import { signal } from "@preact/signals";
import type { IconNode } from "lucide";
import {
  Ban,
  ChevronDown,
  ChevronUp,
  CircleAlert,
  CircleCheck,
  Clock3,
  CopyCheck,
  Pause,
  Play,
  RotateCw,
  Upload as UploadIcon,
  X,
} from "lucide";
import { useEffect } from "preact/hooks";
import { formatBytes, formatDuration, t } from "../../i18n";
import { Bar, Button, Icon, IconButton } from "../../ui";
import { isOpen, type Upload, type UploadState } from "./queue";
import { secondsLeft } from "./speed";
import * as store from "./store";
import styles from "./upload.module.css";

const folded = signal(false);
/** Rows on the screen at once: a folder may hold thousands of files. */
const MOST_ROWS = 100;

const LOOK: Readonly<Record<UploadState, { icon: IconNode; tone: string }>> = {
  waiting: { icon: Clock3, tone: "soft" },
  sending: { icon: UploadIcon, tone: "accent" },
  paused: { icon: Pause, tone: "soft" },
  done: { icon: CircleCheck, tone: "good" },
  duplicate: { icon: CopyCheck, tone: "good" },
  failed: { icon: CircleAlert, tone: "bad" },
  refused: { icon: Ban, tone: "bad" },
  cancelled: { icon: X, tone: "soft" },
};

function detailOf({ state, sent, size, error }: Upload): string {
  if (state === "sending") return t("upload.sentOf", { sent: formatBytes(sent), size: formatBytes(size) });
  if (state === "failed" || state === "refused") return error ?? t("upload.failed");
  if (state === "paused") {
    return t("upload.pausedAt", { sent: formatBytes(sent), size: formatBytes(size) });
  }
  const words = {
    waiting: t("upload.waiting"),
    done: t("upload.done"),
    duplicate: t("upload.duplicate"),
    cancelled: t("upload.cancelled"),
  };
  return `${words[state]} · ${formatBytes(size)}`;
}

function Actions({ id, name, state }: Upload) {
  const stoppable = state === "sending" || state === "waiting";
  return (
    <span class={styles.actions}>
      {stoppable && (
        <IconButton icon={Pause} label={t("upload.pauseOne", { name })} onClick={() => store.pause(id)} />
      )}
      {state === "paused" && (
        <IconButton icon={Play} label={t("upload.resumeOne", { name })} onClick={() => store.resume(id)} />
      )}
      {(state === "failed" || state === "cancelled") && (
        <IconButton icon={RotateCw} label={t("upload.retryOne", { name })} onClick={() => store.retry(id)} />
      )}
      {(stoppable || state === "paused" || state === "failed") && (
        <IconButton icon={X} label={t("upload.cancelOne", { name })} onClick={() => store.cancel(id)} />
      )}
    </span>
  );
}

function Row(upload: Upload) {
  const { icon, tone } = LOOK[upload.state];
  const { recordingId, state } = upload;
  const leads = recordingId !== null && state !== "refused";
  return (
    <li class={styles.file}>
      <span class={styles[tone]}>
        <Icon of={icon} size={16} />
      </span>
      <span class={styles.fileText}>
        {leads ? (
          <a class="truncate" href={`/recordings/${recordingId}`} title={upload.path}>
            {upload.name}
          </a>
        ) : (
          <span class="truncate" title={upload.path}>
            {upload.name}
          </span>
        )}
        <span class={`small ${tone === "bad" ? styles.bad : "soft"}`}>{detailOf(upload)}</span>
        {(state === "sending" || state === "paused") && (
          <Bar label={upload.name} value={upload.size > 0 ? upload.sent / upload.size : 0} />
        )}
      </span>
      <Actions {...upload} />
    </li>
  );
}

/** What needs attention first, then what moves, then what waits, then what is over. */
const RANK: Readonly<Record<UploadState, number>> = {
  failed: 0,
  refused: 0,
  sending: 1,
  paused: 2,
  waiting: 3,
  done: 4,
  duplicate: 4,
  cancelled: 5,
};

function shown(): readonly Upload[] {
  return [...store.uploads.value].sort((a, b) => RANK[a.state] - RANK[b.state]).slice(0, MOST_ROWS);
}

function title(): string {
  const { count, ended, arrived, troubled } = store.totals.value;
  if (ended < count) return t("upload.progress", { ended, count });
  if (arrived + troubled === 0) return t("upload.none");
  return troubled > 0 ? t("upload.endedBadly", { arrived, troubled }) : t("upload.ended", { count: arrived });
}

function summary(): string {
  const { sent, size, sending } = store.totals.value;
  const parts = [t("upload.sentOf", { sent: formatBytes(sent), size: formatBytes(size) })];
  const rate = store.speed.value;
  const left = secondsLeft(rate, size - sent);
  if (sending > 0 && rate !== null) parts.push(t("upload.perSecond", { bytes: formatBytes(rate) }));
  if (sending > 0 && left !== null) parts.push(t("upload.left", { time: formatDuration(left) }));
  return parts.join(" · ");
}

function AllActions() {
  const { sending, waiting, paused } = store.totals.value;
  const failed = store.uploads.value.some(({ state }) => state === "failed");
  const open = sending + waiting + paused > 0;
  return (
    <div class="row">
      {sending + waiting > 0 && (
        <Button icon={Pause} onClick={store.pauseAll}>
          {t("upload.pauseAll")}
        </Button>
      )}
      {paused > 0 && (
        <Button icon={Play} onClick={store.resumeAll}>
          {t("upload.resumeAll")}
        </Button>
      )}
      {failed && (
        <Button icon={RotateCw} onClick={store.retryAll}>
          {t("upload.retryAll")}
        </Button>
      )}
      {open ? (
        <Button kind="danger" onClick={store.cancelAll}>
          {t("upload.cancelAll")}
        </Button>
      ) : (
        <Button onClick={store.tidy}>{t("upload.tidy")}</Button>
      )}
    </div>
  );
}

function LeftOut() {
  const left = store.leftOut.value;
  if (left === null) return null;
  const names = left.files
    .slice(0, 3)
    .map(({ file }) => file.name)
    .join(", ");
  const sendThem = () => {
    store.leftOut.value = null;
    store.addFiles(left.projectId, left.files);
  };
  return (
    <div class={styles.leftOut}>
      <span class="small">{t("upload.leftOut", { count: left.files.length, names })}</span>
      <span class="row">
        <Button onClick={sendThem}>{t("upload.sendAnyway")}</Button>
        <Button
          kind="plain"
          onClick={() => {
            store.leftOut.value = null;
          }}
        >
          {t("upload.fine")}
        </Button>
      </span>
    </div>
  );
}

/** All uploads of this page in a corner; they go on while one looks at something else. */
export function UploadPanel() {
  const { count, ended, size, sent } = store.totals.value;
  useEffect(() => {
    if (store.uploads.value.every((upload) => !isOpen(upload))) folded.value = false;
  }, [count]);
  if (count === 0 && store.leftOut.value === null) return null;
  const rest = count - MOST_ROWS;
  return (
    <section class={styles.panel} aria-label={t("upload.title")}>
      <div class={styles.head}>
        <h2 class="grow" aria-live="polite">
          {count === 0 ? t("upload.title") : title()}
        </h2>
        <IconButton
          icon={folded.value ? ChevronUp : ChevronDown}
          label={folded.value ? t("upload.unfold") : t("upload.fold")}
          aria-expanded={!folded.value}
          onClick={() => {
            folded.value = !folded.value;
          }}
        />
        {ended === count && <IconButton icon={X} label={t("upload.tidy")} onClick={store.tidy} />}
      </div>
      {ended < count && (
        <div class={styles.total}>
          <Bar label={t("upload.title")} value={size > 0 ? sent / size : null} />
          <span class="small soft number">{summary()}</span>
        </div>
      )}
      <LeftOut />
      {!folded.value && count > 0 && (
        <>
          <ul class={styles.files}>
            {shown().map((upload) => (
              <Row key={upload.id} {...upload} />
            ))}
            {rest > 0 && <li class="small soft">{t("upload.more", { count: rest })}</li>}
          </ul>
          <AllActions />
        </>
      )}
    </section>
  );
}
