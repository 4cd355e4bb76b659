/** Why there is no sound. */
import { fetchRaw } from "../../api/client";

export interface PlayTrouble {
  /** `server`: see `error`; `undecodable`: the browser cannot read it; `blocked`: it waits for a key or a click. */
  readonly kind: "server" | "undecodable" | "blocked";
  /** What the server said, for `wordsOf`. */
  readonly error: unknown;
}

/** Media elements do not say what a server answered, so it is asked once more, for two bytes. */
export async function troubleOf(element: HTMLMediaElement, url: string): Promise<PlayTrouble> {
  if (element.error?.code === MediaError.MEDIA_ERR_DECODE) return { kind: "undecodable", error: null };
  try {
    await fetchRaw(url, { headers: { Range: "bytes=0-1" } });
    return { kind: "undecodable", error: null };
  } catch (error) {
    return { kind: "server", error };
  }
}
