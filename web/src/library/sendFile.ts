/** Send one file in one request, with progress; `fetch` tells none. */
import { type ApiError, errorOf, Unreachable } from "../api/client";

export interface Sent<T> {
  readonly answer: Promise<T>;
  readonly cancel: () => void;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What the server answered as JSON; rejects with `ApiError`, `Unreachable`, or an `AbortError` after `cancel`. */
export function sendFile<T>(
  url: string,
  file: File,
  onProgress: (share: number) => void = () => undefined,
): Sent<T> {
  const request = new XMLHttpRequest();
  const answer = new Promise<T>((resolve, reject) => {
    const refuse = (why: ApiError | Unreachable | DOMException) => reject(why);
    request.upload.addEventListener("progress", ({ loaded, total }) =>
      onProgress(total > 0 ? loaded / total : 0),
    );
    request.addEventListener("load", () => {
      const body = parse(request.responseText);
      if (request.status >= 200 && request.status < 300) return resolve(body as T);
      const { status, statusText } = request;
      refuse(errorOf({ status, statusText } as Response, body));
    });
    request.addEventListener("error", () => refuse(new Unreachable(url)));
    request.addEventListener("abort", () => refuse(new DOMException("cancelled", "AbortError")));
  });
  const form = new FormData();
  form.append("file", file, file.name);
  request.open("POST", url);
  request.send(form);
  return { answer, cancel: () => request.abort() };
}
