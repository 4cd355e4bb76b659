/** Who works here. */
import { signal } from "@preact/signals";
import { ApiError, ask, DELETE, GET, onSignedOut, POST } from "../api/client";
import type { SchemaSessionAnswer } from "../api/schema";

/** Undefined until the server was asked, null where nobody is signed in. */
export const session = signal<SchemaSessionAnswer | null | undefined>(undefined);

onSignedOut(() => {
  if (session.value) session.value = null;
});

export async function loadSession(): Promise<void> {
  try {
    session.value = await ask(GET("/api/v1/session"));
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
    session.value = null;
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  session.value = await ask(POST("/api/v1/session", { body: { login, password } }));
}

export async function signOut(): Promise<void> {
  await ask(DELETE("/api/v1/session"));
  session.value = null;
}

/** Whether the one who works here runs the server. */
export function isAdministrator(): boolean {
  return session.value?.user.is_administrator ?? false;
}
