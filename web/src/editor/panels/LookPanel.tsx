import { RotateCcw } from "lucide";
import { t } from "../../i18n";
import { Button, Check, SelectField } from "../../ui";
import { FIRST_LOOK, follow, look, wheel } from "../document/settings";
import type { Workspace } from "../document/Workspace";
import type { Look } from "../types";
import styles from "./panel.module.css";
import { readNumber, TypedNumber } from "./TypedNumber";

const MAPS = ["magma", "viridis", "inferno", "grey"] as const;
const SCALES = ["mel", "linear", "constant_q"] as const;
const WINDOWS = [0.004, 0.008, 0.016, 0.032, 0.064, 0.1];

function set(change: Partial<Look>): void {
  look.value = { ...look.value, ...change };
}

/** How the sound is drawn. The upper part changes at once, the lower one asks for other pictures. */
export function LookPanel({ work }: { work: Workspace }) {
  const now = look.value;
  return (
    <div class="stack">
      <div class="row-between">
        <h2>{t("editor.look")}</h2>
        <Button
          kind="plain"
          icon={RotateCcw}
          onClick={() => {
            look.value = FIRST_LOOK;
          }}
        >
          {t("editor.reset")}
        </Button>
      </div>
      <div class="stack-tight">
        <Check
          label={t("editor.waveform")}
          checked={now.waveform}
          onValue={(waveform) => set({ waveform })}
        />
        <Check
          label={t("editor.spectrogram")}
          checked={now.spectrogram}
          onValue={(spectrogram) => set({ spectrogram })}
        />
        {work.sound.channels > 1 && (
          <Check label={t("editor.split")} checked={now.split} onValue={(split) => set({ split })} />
        )}
        {work.sound.recordedAt !== null && (
          <Check
            label={t("editor.clockTime")}
            checked={now.clockTime}
            onValue={(clockTime) => set({ clockTime })}
          />
        )}
      </div>
      <SelectField
        label={t("editor.colourMap")}
        value={now.colourMap}
        choices={MAPS.map((map) => ({ value: map, label: t(`editor.map_${map}`) }))}
        onValue={(value) => set({ colourMap: MAPS.find((map) => map === value) ?? "magma" })}
      />
      <Slider
        label={t("editor.floor")}
        unit="dB"
        min={-100}
        max={-10}
        value={now.floorDb}
        onValue={(db) => set({ floorDb: db, ceilingDb: Math.max(now.ceilingDb, db + 5) })}
      />
      <Slider
        label={t("editor.ceiling")}
        unit="dB"
        min={-95}
        max={0}
        value={now.ceilingDb}
        onValue={(db) => set({ ceilingDb: db, floorDb: Math.min(now.floorDb, db - 5) })}
      />
      <Slider
        label={t("editor.gain")}
        unit="dB"
        min={-12}
        max={48}
        value={now.gainDb}
        onValue={(gainDb) => set({ gainDb })}
      />
      <Tiles work={work} />
      <div class={styles.section}>
        <SelectField
          label={t("editor.wheel")}
          value={wheel.value}
          choices={[
            { value: "zoom", label: t("editor.wheelZoom") },
            { value: "pan", label: t("editor.wheelPan") },
          ]}
          onValue={(value) => {
            wheel.value = value === "pan" ? "pan" : "zoom";
          }}
        />
        <SelectField
          label={t("editor.follow")}
          value={follow.value}
          choices={(["page", "smooth", "off"] as const).map((value) => ({
            value,
            label: t(`editor.follow_${value}`),
          }))}
          onValue={(value) => {
            follow.value = value === "smooth" || value === "off" ? value : "page";
          }}
        />
      </div>
    </div>
  );
}

function Tiles({ work }: { work: Workspace }) {
  const now = look.value;
  const hertz = { write: String, read: readNumber, clearable: true };
  return (
    <div class={styles.section}>
      <SelectField
        label={t("editor.scale")}
        value={now.scale}
        choices={SCALES.map((scale) => ({ value: scale, label: t(`editor.scale_${scale}`) }))}
        onValue={(value) => set({ scale: SCALES.find((scale) => scale === value) ?? "mel" })}
      />
      <SelectField
        label={t("editor.window")}
        hint={t("editor.windowHint")}
        value={String(now.windowSeconds)}
        choices={WINDOWS.map((seconds) => ({ value: String(seconds), label: `${seconds * 1000} ms` }))}
        onValue={(value) => set({ windowSeconds: Number(value) })}
      />
      <div class={styles.pair}>
        <TypedNumber
          label={t("editor.low")}
          value={now.lowHz}
          placeholder="0"
          onValue={(lowHz) => set({ lowHz })}
          {...hertz}
        />
        <TypedNumber
          label={t("editor.high")}
          value={now.highHz}
          placeholder={String(work.limits.nyquist)}
          onValue={(highHz) => set({ highHz })}
          {...hertz}
        />
      </div>
    </div>
  );
}

interface SliderProps {
  label: string;
  unit: string;
  min: number;
  max: number;
  value: number;
  onValue: (value: number) => void;
}

function Slider({ label, unit, min, max, value, onValue }: SliderProps) {
  const id = `look-${label}`;
  return (
    <div class="stack-tight">
      <label class="small" for={id}>
        <strong>{label}</strong>
      </label>
      <div class={styles.slider}>
        <span />
        <input
          id={id}
          type="range"
          {...{ min, max, value }}
          step={1}
          onInput={(event) => onValue(Number(event.currentTarget.value))}
        />
        <span class="number">
          {value} {unit}
        </span>
      </div>
    </div>
  );
}
