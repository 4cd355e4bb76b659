import { ask, GET, PATCH, PUT } from "../api/client";
import type { SchemaUserAnswer, SchemaUserChange } from "../api/schema";
import { type Pages, usePages } from "../ui";

export type Person = SchemaUserAnswer;

const at = (id: string) => ({ params: { path: { user_id: id } } });

export const changePerson = (id: string, body: SchemaUserChange) =>
  ask(PATCH("/api/v1/users/{user_id}", { ...at(id), body }));

export const setPassword = (id: string, password: string, current?: string) =>
  ask(PUT("/api/v1/users/{user_id}/password", { ...at(id), body: { password, current: current ?? null } }));

/** Accounts by login. */
export function usePeople(q: string, closed: boolean): Pages<Person> {
  return usePages(
    (cursor) => ask(GET("/api/v1/users", { params: { query: { q, closed, cursor } } })),
    [q, closed],
  );
}
