import { useCallback } from "preact/hooks";
import { useLocation } from "preact-iso";

export type Query = Readonly<Record<string, string>>;

/** An address with its query; values that are empty are left out. */
export function addressOf(path: string, query: Query): string {
  const given = Object.entries(query).filter(([, value]) => value !== "");
  const words = new URLSearchParams(given).toString();
  return words === "" ? path : `${path}?${words}`;
}

/** What the address says after its question mark, and how to change it: filters survive a reload and can be sent to others. */
export function useQuery(): [Query, (change: Query) => void] {
  const { path, query, route } = useLocation();
  const change = useCallback(
    (given: Query) => route(addressOf(path, { ...query, ...given }), true),
    [path, query, route],
  );
  return [query, change];
}
