import { CircleAlert, RotateCw } from "lucide";
import { ApiError, Unreachable } from "../api/client";
import { t } from "../i18n";
import { Button } from "./Button";
import { Icon } from "./Icon";

/** An error as one line for people. */
export function wordsOf(error: unknown): string {
  if (error instanceof Unreachable) return `${t("common.unreachable")}. ${t("common.unreachableHint")}`;
  if (error instanceof ApiError) {
    const places = (error.problem.errors ?? []).map((mistake) => `${mistake.where}: ${mistake.message}`);
    return [error.message, ...places].join(" ");
  }
  return error instanceof Error ? error.message : String(error);
}

/** What is wrong with one field of a form, as the server says it. */
export function mistakeAt(error: unknown, field: string): string | null {
  if (!(error instanceof ApiError)) return null;
  const found = error.problem.errors?.find((mistake) => mistake.where.split(".").includes(field));
  return found?.message ?? null;
}

/** An error in the place of what could not be shown. */
export function ErrorNotice({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  return (
    <div class="notice notice-bad" role="alert">
      <Icon of={CircleAlert} />
      <div class="grow stack-tight">
        <strong>{error instanceof ApiError ? error.title : t("common.error")}</strong>
        <span>{wordsOf(error)}</span>
      </div>
      {onRetry && (
        <Button icon={RotateCw} onClick={onRetry}>
          {t("common.retry")}
        </Button>
      )}
    </div>
  );
}
