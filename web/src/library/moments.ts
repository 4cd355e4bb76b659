/** Moments as fields of the kind `datetime-local` hold them: on the reader's clock, without a zone. */

export function toLocal(iso: string | null): string {
  if (iso === null) return "";
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return "";
  const two = (value: number) => String(value).padStart(2, "0");
  const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  return `${day}T${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}

/** The same moment for the server; null where nothing, or nothing that is a moment, was typed. */
export function fromLocal(text: string): string | null {
  const moment = new Date(text);
  return text === "" || Number.isNaN(moment.getTime()) ? null : moment.toISOString();
}
