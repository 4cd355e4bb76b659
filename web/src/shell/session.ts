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

/** Login of the account that stands for whoever works on the server's machine; see `services/sign_in.py`. */
const OPEN_LOGIN = "local";

/** Whether nobody signed in, since the server lets the person of its machine work as they are. */
export function isOpenAccess(): boolean {
  return session.value?.open_access === true && session.value.user.login === OPEN_LOGIN;
}
