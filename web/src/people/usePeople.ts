import { ask, GET, PATCH, PUT } from "../api/client";
import type { SchemaPlaceAnswer, SchemaUserAnswer, SchemaUserChange } from "../api/schema";
import { type Pages, usePages } from "../ui";
import type { PeopleSorting } from "./sorting";

export type Person = SchemaUserAnswer;

const at = (id: string) => ({ params: { path: { user_id: id } } });

export const changePerson = (id: string, body: SchemaUserChange) =>
  ask(PATCH("/api/v1/users/{user_id}", { ...at(id), body }));

export const setPassword = (id: string, password: string, current?: string) =>
  ask(PUT("/api/v1/users/{user_id}/password", { ...at(id), body: { password, current: current ?? null } }));

const BY_LOGIN: PeopleSorting = { sort: "login", order: "asc" };

/** Accounts, by login unless told otherwise. */
export function usePeople(q: string, closed: boolean, { sort, order } = BY_LOGIN): Pages<Person> {
  return usePages(
    (cursor) => ask(GET("/api/v1/users", { params: { query: { q, closed, sort, order, cursor } } })),
    [q, closed, sort, order],
  );
}

/** Projects of a person by name, with the role in each. */
export function usePlaces(id: string): Pages<SchemaPlaceAnswer> {
  return usePages(
    (cursor) =>
      ask(GET("/api/v1/users/{user_id}/projects", { params: { ...at(id).params, query: { cursor } } })),
    [id],
  );
}
