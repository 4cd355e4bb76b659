import { Plus, Webhook } from "lucide";
import { useState } from "preact/hooks";
import { ask, DELETE, GET, PATCH, POST } from "../api/client";
import type { SchemaWebhookAnswer } from "../api/schema";
import { t } from "../i18n";
import {
  Button,
  Check,
  ConfirmDialog,
  complain,
  Empty,
  ErrorNotice,
  Icon,
  Menu,
  say,
  useLoaded,
} from "../ui";
import { Allowed } from "./Allowed";
import { Deliveries } from "./Deliveries";
import { NewWebhook, SecretDialog } from "./NewWebhook";
import type { TabProps } from "./ProjectSettings";
import styles from "./project.module.css";

interface RowProps {
  webhook: SchemaWebhookAnswer;
  onChanged: () => void;
  onSecret: (secret: string) => void;
}

function WebhookRow({ webhook, onChanged, onSecret }: RowProps) {
  const [shown, setShown] = useState(false);
  const [asked, setAsked] = useState<"delete" | "renew" | null>(null);
  const [turn, setTurn] = useState(0);
  const params = { path: { webhook_id: webhook.id } };
  const enable = (enabled: boolean) =>
    ask(PATCH("/api/v1/webhooks/{webhook_id}", { params, body: { enabled } }));
  const test = async () => {
    await ask(POST("/api/v1/webhooks/{webhook_id}/test", { params }));
    say(t("project.testSent"));
    setShown(true);
    setTurn((now) => now + 1);
  };
  const confirm = async () => {
    setAsked(null);
    if (asked === "delete") await ask(DELETE("/api/v1/webhooks/{webhook_id}", { params }));
    else onSecret((await ask(POST("/api/v1/webhooks/{webhook_id}/secret", { params }))).secret);
    onChanged();
  };
  return (
    <li class={`card ${styles.webhook}`}>
      <div class="row-between">
        <strong class={styles.address}>{webhook.url}</strong>
        <div class="row">
          <Check
            label={t("project.on")}
            checked={webhook.enabled}
            onValue={(enabled) => void enable(enabled).then(onChanged, complain)}
          />
          <Button disabled={!webhook.enabled} onClick={() => void test().catch(complain)}>
            {t("project.test")}
          </Button>
          <Menu
            button="…"
            label={t("project.webhookActions", { url: webhook.url })}
            items={[
              { label: t("project.renewSecret"), onSelect: () => setAsked("renew") },
              { label: t("common.delete"), onSelect: () => setAsked("delete") },
            ]}
          />
        </div>
      </div>
      <span class="soft small">
        {webhook.kinds.length === 0 ? t("project.allKinds") : webhook.kinds.join(" · ")}
      </span>
      <details open={shown} onToggle={(event) => setShown(event.currentTarget.open)}>
        <summary>{t("project.deliveries")}</summary>
        {shown && <Deliveries key={turn} webhookId={webhook.id} />}
      </details>
      {asked && (
        <ConfirmDialog
          title={webhook.url}
          action={asked === "delete" ? t("common.delete") : t("project.renewSecret")}
          onConfirm={() => void confirm().catch(complain)}
          onClose={() => setAsked(null)}
        >
          <p>{asked === "delete" ? t("project.deleteWebhookHint") : t("project.renewHint")}</p>
        </ConfirmDialog>
      )}
    </li>
  );
}

/** Programs elsewhere that are told what happens in the project. */
export function WebhooksTab({ view }: TabProps) {
  const { project, can } = view;
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<string | null>(null);
  const list = useLoaded(async () => {
    if (!can("manage")) return [];
    const params = { path: { project_id: project.id }, query: { limit: 500 } };
    return (await ask(GET("/api/v1/projects/{project_id}/webhooks", { params }))).items;
  }, [project.id]);
  return (
    <div class={styles.wide}>
      <p class="soft">{t("project.webhooksHint")}</p>
      {list.error !== null && <ErrorNotice error={list.error} onRetry={list.reload} />}
      <Allowed view={view} to="manage">
        {list.data?.length === 0 && can("manage") && (
          <Empty title={t("project.noWebhooks")}>
            <Icon of={Webhook} size={32} />
            <p>{t("project.noWebhooksHint")}</p>
          </Empty>
        )}
        <ul class={styles.plain}>
          {list.data?.map((webhook) => (
            <WebhookRow key={webhook.id} webhook={webhook} onChanged={list.reload} onSecret={setSecret} />
          ))}
        </ul>
        <div>
          <Button icon={Plus} onClick={() => setAdding(true)}>
            {t("project.addWebhook")}
          </Button>
        </div>
      </Allowed>
      {adding && (
        <NewWebhook
          projectId={project.id}
          onMade={(made) => {
            setAdding(false);
            setSecret(made.secret);
            void list.reload();
          }}
          onClose={() => setAdding(false)}
        />
      )}
      {secret !== null && <SecretDialog secret={secret} onClose={() => setSecret(null)} />}
    </div>
  );
}
