/** Light, dark, or as the system says; `public/theme.js` applies it before the first paint. */
import { signal } from "@preact/signals";

export type Theme = "light" | "dark" | "system";
const STORED = "earmark.theme";

function stored(): Theme {
  const theme = localStorage.getItem(STORED);
  return theme === "light" || theme === "dark" ? theme : "system";
}

export const theme = signal<Theme>(stored());

export function setTheme(chosen: Theme): void {
  theme.value = chosen;
  if (chosen === "system") {
    localStorage.removeItem(STORED);
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem(STORED, chosen);
    document.documentElement.dataset.theme = chosen;
  }
}

/** Whether the page is dark now, for what is drawn on a canvas. */
export function isDark(): boolean {
  if (theme.value !== "system") return theme.value === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}
