/** Colours of what is drawn, as `styles/tokens.css` has them: canvases cannot read `light-dark()`. */
export interface Palette {
  readonly dark: boolean;
  readonly background: string;
  readonly sunken: string;
  readonly line: string;
  readonly lineStrong: string;
  readonly text: string;
  readonly textSoft: string;
  readonly accent: string;
  readonly wave: string;
  readonly playhead: string;
  /** Around what is drawn over spectrograms, so that it is seen on any colour of theirs. */
  readonly halo: string;
}

export const LIGHT: Palette = {
  dark: false,
  background: "#ffffff",
  sunken: "#eceff3",
  line: "#d6dbe2",
  lineStrong: "#8a94a3",
  text: "#1a1f27",
  textSoft: "#525c6b",
  accent: "#0b5c8a",
  wave: "#3d5a73",
  playhead: "#a8211b",
  halo: "#ffffff",
};

export const DARK: Palette = {
  dark: true,
  background: "#1b1f25",
  sunken: "#101316",
  line: "#343b45",
  lineStrong: "#6d7887",
  text: "#e7ebf0",
  textSoft: "#a7b1be",
  accent: "#6cb8e6",
  wave: "#8fb3cf",
  playhead: "#ff8f87",
  halo: "#101316",
};

export const FONT = '11px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif';
