import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../i18n";
import { ConfirmDialog } from "../ui";

function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement);
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin) return null;
  return link.target !== "" || link.hasAttribute("download") ? null : link;
}

/** Asks before a link, or the browser, leaves what was not saved; render what it returns. */
export function useGuard(dirty: boolean) {
  const { route } = useLocation();
  const [to, setTo] = useState<string | null>(null);
  useEffect(() => {
    if (!dirty) return;
    const warn = (event: BeforeUnloadEvent) => event.preventDefault();
    // Before the router hears of it.
    const ask = (event: MouseEvent) => {
      const link = linkOf(event);
      if (link === null) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      setTo(link.href.replace(location.origin, ""));
    };
    addEventListener("beforeunload", warn);
    addEventListener("click", ask, { capture: true });
    return () => {
      removeEventListener("beforeunload", warn);
      removeEventListener("click", ask, { capture: true });
    };
  }, [dirty]);
  if (to === null) return null;
  return (
    <ConfirmDialog
      title={t("common.unsaved")}
      action={t("project.leave")}
      onConfirm={() => route(to)}
      onClose={() => setTo(null)}
    >
      <p>{t("project.leaveHint")}</p>
    </ConfirmDialog>
  );
}
