interface Props {
  /** What goes on, read aloud. */
  label: string;
  /** Share that is done, 0 to 1; null while it is not known. */
  value: number | null;
}

/** A bar of progress. */
export function Bar({ label, value }: Props) {
  const percent = value === null ? null : Math.round(Math.min(Math.max(value, 0), 1) * 100);
  return (
    <div
      class={`bar ${percent === null ? "bar-waiting" : ""}`}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={percent ?? undefined}
    >
      <div style={percent === null ? {} : { width: `${percent}%` }} />
    </div>
  );
}
