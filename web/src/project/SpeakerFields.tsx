import type { SchemaPipelineShape } from "../api/schema";
import { t } from "../i18n";
import { SelectField, TextField } from "../ui";
import styles from "./project.module.css";

const DIARIZERS = ["none", "auto", "onnx", "spectral", "pyannote"] as const;
const MOST_SPEAKERS = 100;

interface Props {
  draft: SchemaPipelineShape;
  onChange: (given: Partial<SchemaPipelineShape>) => void;
}

/** A number of speakers as it is typed; empty for unknown. */
function numberOf(text: string): number | null {
  const number = Number.parseInt(text, 10);
  return Number.isNaN(number) ? null : Math.min(Math.max(number, 1), MOST_SPEAKERS);
}

/** Who tells speakers apart, and how many there may be. */
export function SpeakerFields({ draft, onChange }: Props) {
  const words = {
    none: t("project.diarizerNone"),
    auto: t("project.diarizerAuto"),
    onnx: t("project.diarizerOnnx"),
    spectral: t("project.diarizerSpectral"),
    pyannote: t("project.diarizerPyannote"),
  } as const;
  const diarizer = draft.diarizer ?? "none";
  const [least, most] = [draft.min_speakers ?? null, draft.max_speakers ?? null];
  const number = { type: "number", min: 1, max: MOST_SPEAKERS, step: 1 } as const;
  return (
    <>
      <SelectField
        label={t("project.diarizer")}
        hint={t("project.diarizerHint")}
        value={diarizer}
        choices={DIARIZERS.map((value) => ({ value, label: words[value] }))}
        onValue={(value) => onChange({ diarizer: value })}
      />
      {diarizer !== "none" && (
        <div class={styles.pair}>
          <TextField
            {...number}
            label={`${t("project.leastSpeakers")} (${t("common.optional")})`}
            hint={t("project.speakersHint")}
            value={least === null ? "" : String(least)}
            onValue={(value) => onChange({ min_speakers: numberOf(value) })}
          />
          <TextField
            {...number}
            label={`${t("project.mostSpeakers")} (${t("common.optional")})`}
            error={least !== null && most !== null && least > most ? t("project.mistakeSpeakers") : null}
            value={most === null ? "" : String(most)}
            onValue={(value) => onChange({ max_speakers: numberOf(value) })}
          />
        </div>
      )}
    </>
  );
}
