/** Durations as people type them: seconds, or clock times such as 1:30 and 1:02:03. */
export function parseDuration(text: string): number | null | "wrong" {
  const trimmed = text.trim().replace(",", ".");
  if (trimmed === "") return null;
  if (!/^(\d+:){0,2}\d+(\.\d+)?$/.test(trimmed)) return "wrong";
  const parts = trimmed.split(":").map(Number);
  if (parts.slice(1).some((part) => part >= 60)) return "wrong";
  return parts.reduce((sum, part) => sum * 60 + part, 0);
}
