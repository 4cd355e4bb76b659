import type { ComponentChildren } from "preact";
import { t } from "../i18n";
import { ErrorNotice, useLoaded } from "../ui";
import styles from "./models.module.css";
import { type Model, readLineage, titleOf } from "./useModels";
import { StatusBadge } from "./words";

function Line({ model, here = false }: { model: Model; here?: boolean }) {
  return (
    <span class="row">
      {here ? (
        <b aria-current="true">{titleOf(model)}</b>
      ) : (
        <a href={`/models/${model.id}`}>{titleOf(model)}</a>
      )}
      <StatusBadge status={model.status} />
    </span>
  );
}

/** Each model in a list within the one that it was trained from: nested lists are read aloud as the tree that they draw. */
function below(chain: readonly Model[], self: ComponentChildren): ComponentChildren {
  const [first, ...rest] = chain;
  if (!first) return self;
  return (
    <li>
      <Line model={first} />
      <ul>{below(rest, self)}</ul>
    </li>
  );
}

/** What a model was trained from, and what was trained from it. */
export function Lineage({ model }: { model: Model }) {
  const { data, error, reload } = useLoaded(() => readLineage(model.id), [model.id, model.revision]);
  if (error !== null) return <ErrorNotice error={error} onRetry={() => void reload()} />;
  if (!data) return null;
  // The answer begins with the parent; the tree begins with the oldest.
  const chain = [...data.ancestors].reverse();
  const self = (
    <li>
      <Line model={model} here />
      {data.children.length > 0 && (
        <ul>
          {data.children.map((child) => (
            <li key={child.id}>
              <Line model={child} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
  return (
    <section class="card stack" aria-label={t("models.lineage")}>
      <h2>{t("models.lineage")}</h2>
      <ul class={styles.tree}>{below(chain, self)}</ul>
      {chain.length + data.children.length === 0 && <p class="soft">{t("models.noLineage")}</p>}
    </section>
  );
}
