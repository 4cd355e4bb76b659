/** The HTTP API: typed by the server's OpenAPI document, errors as one class. */
import createClient from "openapi-fetch";
import type { paths, SchemaProblem } from "./schema";

const request = createClient<paths>({ baseUrl: "" });

/** What the server refused, with its own words on what to do next. */
export class ApiError extends Error {
  override readonly name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly problem: SchemaProblem;

  constructor(problem: SchemaProblem) {
    super(problem.detail);
    this.status = problem.status;
    this.code = problem.code;
    this.title = problem.title;
    this.problem = problem;
  }
}

/** The server cannot be reached at all. */
export class Unreachable extends Error {
  override readonly name = "Unreachable";
}

type Answer<T> = { data?: T; error?: unknown; response: Response };

const listeners = new Set<() => void>();

/** Be told when the server no longer knows who asks. */
export function onSignedOut(listener: () => void): void {
  listeners.add(listener);
}

function isProblem(value: unknown): value is SchemaProblem {
  return typeof value === "object" && value !== null && "code" in value && "detail" in value;
}

/** Make the error of an answer that is none of 2xx; proxies in between may send any body. */
export function errorOf(response: Response, body: unknown): ApiError {
  if (response.status === 401) for (const tell of listeners) tell();
  if (isProblem(body)) return new ApiError(body);
  const detail = `HTTP ${response.status}`;
  const title = response.statusText || detail;
  return new ApiError({ type: "", title, status: response.status, code: "unknown", detail, request_id: "" });
}

async function reach<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof DOMException && error.name === "AbortError") throw error;
    throw new Unreachable(String(error));
  }
}

/** What the server answered; throws `ApiError` or `Unreachable`. */
export async function ask<T>(answer: Promise<Answer<T>>): Promise<T> {
  return (await askAll(answer)).data;
}

/** Like `ask`, with the response for those who need its headers. */
export async function askAll<T>(answer: Promise<Answer<T>>): Promise<{ data: T; response: Response }> {
  const { data, error, response } = await reach(answer);
  if (!response.ok) throw errorOf(response, error);
  return { data: data as T, response };
}

/** Fetch something that is no JSON, such as a picture; throws `ApiError` or `Unreachable`. */
export async function fetchRaw(url: string, init: RequestInit = {}): Promise<Response> {
  const response = await reach(fetch(url, init));
  if (response.ok) return response;
  const body: unknown = await response.json().catch(() => null);
  throw errorOf(response, body);
}

export const { GET, POST, PUT, PATCH, DELETE } = request;
