import { useEffect, useRef, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../i18n";
import { ConfirmDialog } from "../ui";

/** Where somebody wants to go: an address, or back. */
type Wish = { readonly href: string } | "back";

/** The part of the Navigation API that we need; browsers without it lose the guard of Back only. */
interface Traversal extends Event {
  readonly navigationType: string;
}

function linkOf(event: MouseEvent): HTMLAnchorElement | null {
  if (event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return null;
  const link = event.composedPath().find((one) => one instanceof HTMLAnchorElement);
  if (!(link instanceof HTMLAnchorElement) || link.origin !== location.origin) return null;
  return link.target !== "" || link.hasAttribute("download") ? null : link;
}

/** Tell of links and of Back before the router hears of them. */
function watch(onWish: (wish: Wish) => void): () => void {
  const navigation = (window as { navigation?: EventTarget }).navigation;
  const warn = (event: BeforeUnloadEvent) => event.preventDefault();
  const click = (event: MouseEvent) => {
    const link = linkOf(event);
    if (link === null) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    onWish({ href: link.href.replace(location.origin, "") });
  };
  const traverse = (event: Event) => {
    if ((event as Traversal).navigationType !== "traverse" || !event.cancelable) return;
    event.preventDefault();
    onWish("back");
  };
  addEventListener("beforeunload", warn);
  addEventListener("click", click, { capture: true });
  navigation?.addEventListener("navigate", traverse);
  return () => {
    removeEventListener("beforeunload", warn);
    removeEventListener("click", click, { capture: true });
    navigation?.removeEventListener("navigate", traverse);
  };
}

/** Asks before a link, Back or the browser leaves what was not saved; render what it returns. */
export function useGuard(dirty: boolean) {
  const { route } = useLocation();
  const [wish, setWish] = useState<Wish | null>(null);
  const stop = useRef(() => {});
  useEffect(() => {
    if (!dirty) return;
    stop.current = watch(setWish);
    return () => stop.current();
  }, [dirty]);
  if (wish === null) return null;
  const leave = () => {
    stop.current();
    if (wish === "back") history.back();
    else route(wish.href);
  };
  return (
    <ConfirmDialog
      title={t("common.unsaved")}
      action={t("project.leave")}
      onConfirm={leave}
      onClose={() => setWish(null)}
    >
      <p>{t("project.leaveHint")}</p>
    </ConfirmDialog>
  );
}
