import { KeyRound, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { ask, DELETE, GET } from "../api/client";
import type { SchemaMadeToken, SchemaTokenAnswer } from "../api/schema";
import { formatAgo, formatMoment, t } from "../i18n";
import {
  Button,
  type Column,
  ConfirmDialog,
  complain,
  Empty,
  IconButton,
  More,
  say,
  Table,
  usePages,
} from "../ui";
import { NewToken } from "./NewToken";
import { Secret } from "./Secret";
import { isOver } from "./tokens";

type Token = SchemaTokenAnswer;

function Ends({ token }: { token: Token }) {
  if (token.expires_at === null) return <>{t("people.tokenNever")}</>;
  const over = isOver(token.expires_at, Date.now());
  return (
    <time dateTime={token.expires_at} title={formatMoment(token.expires_at)}>
      {over ? <span class="badge badge-warn">{t("people.tokenOver")}</span> : formatAgo(token.expires_at)}
    </time>
  );
}

function columnsOf(onRevoke: (token: Token) => void): Column<Token>[] {
  return [
    { key: "name", title: t("people.tokenName"), cell: (token) => <strong>{token.name}</strong> },
    {
      key: "scopes",
      title: t("people.scopes"),
      cell: (token) => (
        <div class="row">
          {token.scopes.map((scope) => (
            <span key={scope} class="badge">
              {scope}
            </span>
          ))}
        </div>
      ),
    },
    { key: "made", title: t("people.made"), wide: true, cell: (token) => formatMoment(token.created_at) },
    {
      key: "used",
      title: t("people.tokenUsed"),
      wide: true,
      cell: (token) => (token.used_at === null ? t("people.never") : formatAgo(token.used_at)),
    },
    { key: "ends", title: t("people.tokenEnds"), cell: (token) => <Ends token={token} /> },
    {
      key: "actions",
      title: "",
      end: true,
      cell: (token) => (
        <IconButton
          icon={Trash2}
          label={t("people.revokeOf", { name: token.name })}
          onClick={() => onRevoke(token)}
        />
      ),
    },
  ];
}

/** Secrets by which programs work in one's name. */
export function Tokens() {
  const pages = usePages((cursor) => ask(GET("/api/v1/tokens", { params: { query: { cursor } } })), []);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<SchemaMadeToken | null>(null);
  const [revoking, setRevoking] = useState<Token | null>(null);
  const revoke = async (token: Token) => {
    setRevoking(null);
    try {
      await ask(DELETE("/api/v1/tokens/{token_id}", { params: { path: { token_id: token.id } } }));
      pages.change((all) => all.filter((one) => one.id !== token.id));
      say(t("people.revoked", { name: token.name }));
    } catch (error) {
      complain(error);
    }
  };
  const start = (
    <Button kind="primary" icon={KeyRound} onClick={() => setMaking(true)}>
      {t("people.newToken")}
    </Button>
  );
  const empty = pages.items.length === 0 && !pages.loading && pages.error === null;
  return (
    <>
      {empty ? (
        <Empty title={t("people.noTokens")}>
          <p>{t("people.tokensHint")}</p>
          {start}
        </Empty>
      ) : (
        <>
          <div class="row-between">
            <p class="soft">{t("people.tokensHint")}</p>
            {start}
          </div>
          {pages.items.length > 0 && (
            <Table
              label={t("people.tokens")}
              columns={columnsOf(setRevoking)}
              rows={pages.items}
              keyOf={(token) => token.id}
            />
          )}
        </>
      )}
      <More pages={pages} />
      {making && (
        <NewToken
          onClose={() => setMaking(false)}
          onMade={(token) => {
            setMaking(false);
            setMade(token);
            pages.reload();
          }}
        />
      )}
      {made && (
        <Secret
          title={t("people.tokenMade", { name: made.name })}
          hint={t("people.tokenOnce")}
          secret={made.secret}
          onClose={() => setMade(null)}
        />
      )}
      {revoking && (
        <ConfirmDialog
          title={t("people.revokeOf", { name: revoking.name })}
          action={t("people.revoke")}
          onConfirm={() => void revoke(revoking)}
          onClose={() => setRevoking(null)}
        >
          {t("people.revokeHint")}
        </ConfirmDialog>
      )}
    </>
  );
}
