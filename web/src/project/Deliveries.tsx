import { RotateCw, Send } from "lucide";
import { useEffect } from "preact/hooks";
import { ask, GET, POST } from "../api/client";
import type { SchemaDeliveryAnswer } from "../api/schema";
import { formatAgo, formatMoment, t } from "../i18n";
import { Button, complain, ErrorNotice, IconButton, say, Table, useLoaded } from "../ui";
import styles from "./project.module.css";

const RENEW_MS = 3000;

function State({ delivery }: { delivery: SchemaDeliveryAnswer }) {
  const { state, last_status, last_error, attempts } = delivery;
  const words = {
    queued: t("project.queued"),
    delivered: t("project.delivered"),
    failed: t("project.notDelivered"),
  };
  const tones = { queued: "", delivered: "badge-good", failed: "badge-bad" };
  return (
    <span class="stack-tight">
      <span class="row">
        <span class={`badge ${tones[state]}`}>{words[state]}</span>
        {last_status !== null && <span class="number small">HTTP {last_status}</span>}
        <span class="soft small">{t("project.attempts", { count: attempts })}</span>
      </span>
      {last_error !== null && <span class={`small ${styles.address}`}>{last_error}</span>}
    </span>
  );
}

function Body({ text }: { text: string }) {
  return (
    <details>
      <summary class="small">{t("project.content")}</summary>
      <pre class={styles.body}>{text}</pre>
    </details>
  );
}

/** The last messages to an endpoint, and what became of them; renewed while one still waits. */
export function Deliveries({ webhookId }: { webhookId: string }) {
  const list = useLoaded(async () => {
    const params = { path: { webhook_id: webhookId }, query: { limit: 20 } };
    return (await ask(GET("/api/v1/webhooks/{webhook_id}/deliveries", { params }))).items;
  }, [webhookId]);
  const waits = list.data?.some(({ state }) => state === "queued") ?? false;
  useEffect(() => {
    if (!waits) return;
    const timer = setInterval(() => void list.reload(), RENEW_MS);
    return () => clearInterval(timer);
  }, [waits, list.reload]);
  const again = async (delivery_id: string) => {
    const params = { path: { webhook_id: webhookId, delivery_id } };
    await ask(POST("/api/v1/webhooks/{webhook_id}/deliveries/{delivery_id}/redeliver", { params }));
    say(t("project.sentAgain"));
    await list.reload();
  };
  if (list.error !== null) return <ErrorNotice error={list.error} onRetry={list.reload} />;
  if (list.data === undefined) return <p class="soft">{t("common.loading")}</p>;
  if (list.data.length === 0) return <p class="soft small">{t("project.noDeliveries")}</p>;
  return (
    <div class="stack">
      <Table
        label={t("project.deliveries")}
        rows={list.data}
        keyOf={(delivery) => delivery.id}
        columns={[
          { key: "kind", title: t("project.kind"), cell: ({ kind }) => <code>{kind}</code> },
          {
            key: "when",
            title: t("project.when"),
            cell: ({ created_at }) => <span title={formatMoment(created_at)}>{formatAgo(created_at)}</span>,
          },
          { key: "state", title: t("library.state"), cell: (delivery) => <State delivery={delivery} /> },
          { key: "body", title: t("project.content"), cell: ({ body }) => <Body text={body} /> },
          {
            key: "again",
            title: t("library.actions"),
            end: true,
            cell: ({ id, kind }) => (
              <IconButton
                icon={Send}
                label={t("project.sendAgain", { kind })}
                onClick={() => void again(id).catch(complain)}
              />
            ),
          },
        ]}
      />
      <div>
        <Button icon={RotateCw} onClick={() => void list.reload()}>
          {t("common.reload")}
        </Button>
      </div>
    </div>
  );
}
