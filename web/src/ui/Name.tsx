import { type Named, nameOf } from "./names";

const PAGES: Record<Named, ((id: string) => string) | null> = {
  user: null,
  project: (id) => `/projects/${id}`,
  recording: (id) => `/recordings/${id}`,
  model: (id) => `/models/${id}`,
};

interface Props {
  kind: Named;
  id: string;
  link?: boolean;
}

/** What something is called, with a link to its page where it has one. */
export function Name({ kind, id, link = true }: Props) {
  const word = nameOf(kind, id).value ?? <span class="mono small">{id.slice(-6)}</span>;
  const page = PAGES[kind];
  return link && page ? <a href={page(id)}>{word}</a> : <span>{word}</span>;
}
