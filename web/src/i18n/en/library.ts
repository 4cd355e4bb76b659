export const library = {
  title: "Recordings",
} as const;
