export const project = {
  admin: "Admin",
  adminHint: "All of it, and chooses members, deletes the project.",
  annotator: "Annotator",
  annotatorHint: "Sees and hears, annotates, writes tags and notes.",
  manager: "Manager",
  managerHint:
    "Brings and deletes recordings, runs engines, sets labels, pipeline, schedules and webhooks, reviews the work of others.",
  title: "Project settings",
  viewer: "Viewer",
  viewerHint: "Sees, hears and exports.",
} as const;
