export const project = {
  title: "Project settings",
} as const;
