import { listAnnotations } from "../editor/document/subject";
import { formatMoment, t } from "../i18n";
import { ErrorNotice, SelectField, useLoaded } from "../ui";
import { shortSource } from "./cards";

interface Props {
  recordingId: string;
  value: string;
  onValue: (id: string) => void;
}

/** One of the annotations of a recording: engines that listened twice have the same source. */
export function AnnotationFilter({ recordingId, value, onValue }: Props) {
  const { data, error, reload } = useLoaded(() => listAnnotations(recordingId), [recordingId]);
  if (error !== null) return <ErrorNotice error={error} onRetry={() => void reload()} />;
  return (
    <SelectField
      label={t("review.annotation")}
      value={value}
      choices={[
        { value: "", label: t("review.anyAnnotation") },
        ...(data ?? []).map(({ id, source, created_at: made }) => ({
          value: id,
          label: `${shortSource(source)}, ${formatMoment(made)}`,
        })),
      ]}
      onValue={onValue}
    />
  );
}
