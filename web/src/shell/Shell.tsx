import { signal } from "@preact/signals";
import type { IconNode } from "lucide";
import { AudioLines, Boxes, CircleUserRound, Gauge, ListChecks, Mic, PanelLeft, Users } from "lucide";
import type { ComponentChildren, ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "preact-iso";
import { t } from "../i18n";
import { Icon, IconButton } from "../ui";
import { isAdministrator, isOpenAccess, session } from "./session";
import styles from "./shell.module.css";

const STORED = "earmark.menu";
const folded = signal(localStorage.getItem(STORED) === "folded");

function fold(): void {
  folded.value = !folded.value;
  localStorage.setItem(STORED, folded.value ? "folded" : "open");
}

interface Entry {
  href: string;
  word: string;
  icon: IconNode;
  /** Also marks addresses that begin so. */
  below: readonly string[];
}

function entries(): Entry[] {
  const all: Entry[] = [
    { href: "/", word: t("shell.projects"), icon: AudioLines, below: ["/projects", "/recordings"] },
    { href: "/live", word: t("live.title"), icon: Mic, below: ["/live"] },
    { href: "/jobs", word: t("jobs.title"), icon: ListChecks, below: ["/jobs"] },
    { href: "/models", word: t("models.title"), icon: Boxes, below: ["/models"] },
  ];
  if (!isAdministrator()) return all;
  return [
    ...all,
    { href: "/people", word: t("people.title"), icon: Users, below: ["/people"] },
    { href: "/system", word: t("system.title"), icon: Gauge, below: ["/system"] },
  ];
}

function SideLink({ href, word, icon, below }: Entry) {
  const { path } = useLocation();
  const here = path === href || below.some((begin) => path.startsWith(begin));
  return (
    <a class={styles.link} href={href} title={word} aria-current={here ? "page" : undefined}>
      <Icon of={icon} />
      <span class={styles.word}>{word}</span>
    </a>
  );
}

/** What looks after unsent edits; it comes after the page, since it brings the editor's document along. */
function useLeftovers(): ComponentType | null {
  const [component, setComponent] = useState<ComponentType | null>(null);
  useEffect(() => {
    void import("./Leftovers").then((loaded) => setComponent(() => loaded.default));
  }, []);
  return component;
}

/** The frame around every page: where one is, and where one can go. */
export function Shell({ children }: { children: ComponentChildren }) {
  const Leftovers = useLeftovers();
  const name = isOpenAccess() ? t("shell.openAccess") : (session.value?.user.name ?? "");
  return (
    <div class={styles.shell} data-folded={folded.value}>
      <a class={styles.skip} href="#main">
        {t("shell.skip")}
      </a>
      <nav class={styles.side} aria-label={t("shell.menu")}>
        <a class={styles.brand} href="/">
          <img src="/icon.svg" alt="" width="24" height="24" />
          <span class={styles.word}>Earmark</span>
        </a>
        {entries().map((entry) => (
          <SideLink key={entry.href} {...entry} />
        ))}
        <div class={styles.spacer} />
        <SideLink href="/account" word={name} icon={CircleUserRound} below={["/account"]} />
        <IconButton class={styles.fold} icon={PanelLeft} label={t("shell.collapse")} onClick={fold} />
      </nav>
      <main class={styles.main} id="main" tabIndex={-1}>
        {Leftovers && <Leftovers />}
        {children}
      </main>
    </div>
  );
}
