/** What the audit log says, for people. */
import type { SchemaAuditAnswer } from "../api/schema";
import { type Key, t } from "../i18n";

const NOUNS: Record<string, Key> = {
  annotation: "people.nounAnnotation",
  job: "people.nounJob",
  member: "people.nounMember",
  model: "people.nounModel",
  project: "people.nounProject",
  recording: "people.nounRecording",
  schedule: "people.nounSchedule",
  token: "people.nounToken",
  upload: "people.nounUpload",
  user: "people.nounUser",
  voice: "people.nounVoice",
  voices: "people.nounVoices",
  webhook: "people.nounWebhook",
};

const VERBS: Record<string, Key> = {
  areas: "people.verbAreas",
  cancelled: "people.verbCancelled",
  created: "people.verbCreated",
  default_set: "people.verbDefaultSet",
  deleted: "people.verbDeleted",
  edited: "people.verbEdited",
  named: "people.verbNamed",
  off: "people.verbOff",
  on: "people.verbOn",
  password_changed: "people.verbPasswordChanged",
  purged: "people.verbPurged",
  queued: "people.verbQueued",
  removed: "people.verbRemoved",
  renamed: "people.verbRenamed",
  reopened: "people.verbReopened",
  restored: "people.verbRestored",
  retried: "people.verbRetried",
  reverted: "people.verbReverted",
  reviewed: "people.verbReviewed",
  revoked: "people.verbRevoked",
  set: "people.verbSet",
  signed_in: "people.verbSignedIn",
  signed_out: "people.verbSignedOut",
  submitted: "people.verbSubmitted",
  updated: "people.verbUpdated",
};

/** Actions that the server writes down, to choose from. */
export const ACTIONS = [
  "annotation.areas",
  "annotation.created",
  "annotation.deleted",
  "annotation.edited",
  "annotation.reopened",
  "annotation.restored",
  "annotation.reverted",
  "annotation.reviewed",
  "annotation.submitted",
  "job.cancelled",
  "job.queued",
  "job.retried",
  "job.updated",
  "member.removed",
  "member.set",
  "model.created",
  "model.default_set",
  "model.deleted",
  "model.updated",
  "project.created",
  "project.deleted",
  "project.purged",
  "project.restored",
  "project.updated",
  "recording.created",
  "recording.deleted",
  "recording.purged",
  "recording.restored",
  "recording.updated",
  "schedule.created",
  "schedule.deleted",
  "schedule.updated",
  "token.created",
  "token.revoked",
  "upload.created",
  "user.created",
  "user.password_changed",
  "user.signed_in",
  "user.signed_out",
  "user.updated",
  "voice.deleted",
  "voice.named",
  "voice.renamed",
  "voices.deleted",
  "voices.off",
  "voices.on",
  "webhook.created",
  "webhook.deleted",
  "webhook.updated",
] as const;

/** `noun.verb` in words; what these pages do not know stays as the server writes it. */
export function actionWords(action: string): string {
  const [noun = "", verb = ""] = action.split(".");
  const [said, done] = [NOUNS[noun], VERBS[verb]];
  return said && done ? `${t(said)}: ${t(done)}` : action;
}

/** When a day begins here, or the day so many days later, as the API writes it; undefined where no day is given. */
export function beginOf(day: string, later = 0): string | undefined {
  const moment = new Date(`${day}T00:00:00`);
  if (Number.isNaN(moment.getTime())) return undefined;
  moment.setDate(moment.getDate() + later);
  return moment.toISOString();
}

/** The page of what something was done to, where it has one and it is named by its identifier. */
export function linkOf({ subject_kind: kind, subject_id: id, details }: SchemaAuditAnswer): string | null {
  if (id === null) return null;
  if (kind === "job") return `/jobs/${id}`;
  const recording = details.recording_id;
  if (kind === "annotation" && typeof recording === "string")
    return `/recordings/${recording}?annotation=${id}`;
  return null;
}

/** Details in a line; identifiers are left out, as they are linked beside it. */
export function shortDetails(details: Readonly<Record<string, unknown>>): string {
  return Object.entries(details)
    .filter(([name, value]) => !name.endsWith("_id") && value !== null)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
