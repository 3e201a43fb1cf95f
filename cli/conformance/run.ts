import { sentenceOf } from "../failure.ts";
import { mismatch } from "./match.ts";
import type { Step, Suite } from "./suite.ts";

export interface RunOptions {
  readonly url: string;
  readonly token: string;
  /** Name of a flag in the suite → its key on this server; those left out have the suite's keys. */
  readonly flags: Readonly<Record<string, string>>;
}

export interface CaseResult {
  readonly name: string;
  readonly trap: number | undefined;
  /** Undefined: passed. */
  readonly failure: string | undefined;
}

const answerMsMax = 10_000;

/** Every case against one server, one after the other. */
export async function runSuite(suite: Suite, options: RunOptions): Promise<CaseResult[]> {
  const keys = Object.entries(suite.flags).map(
    ([name, { key }]) => [name, options.flags[name] ?? key] as const,
  );
  const results: CaseResult[] = [];
  for (const { name, trap, steps } of suite.cases) {
    const named = JSON.parse(
      keys.reduce((text, [flag, key]) => text.replaceAll(`{{${flag}}}`, key), JSON.stringify(steps)),
    ) as Step[];
    results.push({ name, trap, failure: await runCase(named, options) });
  }
  return results;
}

async function runCase(steps: readonly Step[], options: RunOptions): Promise<string | undefined> {
  const saved = new Map<string, unknown>();
  for (const [index, given] of steps.entries()) {
    if (given.when !== undefined && !saved.has(given.when)) continue;
    const step = withSaved(given, saved) as Step;
    try {
      const wrong = await runStep(step, options, saved);
      if (wrong !== undefined) return steps.length === 1 ? wrong : `step ${index + 1}: ${wrong}`;
    } catch (error) {
      return `step ${index + 1}: ${sentenceOf(error)}`;
    }
  }
  return undefined;
}

async function runStep(
  { request, expect, save, stream }: Step,
  { url, token }: RunOptions,
  saved: Map<string, unknown>,
): Promise<string | undefined> {
  const ended = new AbortController();
  const late = setTimeout(() => ended.abort(new Error(`no answer within ${answerMsMax} ms`)), answerMsMax);
  try {
    const body = request.text ?? (request.body === undefined ? undefined : JSON.stringify(request.body));
    const response = await fetch(addressOf(url, request.path, stream === true), {
      method: request.method,
      headers: { "content-type": "application/json", ...authOf(request.auth, token), ...request.headers },
      signal: ended.signal,
      ...(body === undefined ? {} : { body }),
    });
    const text = stream === true ? "" : await response.text();
    const statuses = [expect.status].flat();
    if (!statuses.includes(response.status))
      return `status should be ${statuses.join(" or ")}, is ${response.status}: ${text.slice(0, 200)}`;
    for (const [name, wanted] of Object.entries(expect.headers ?? {})) {
      const wrong = mismatch(wanted, response.headers.get(name) ?? undefined, `header ${name}`);
      if (wrong !== undefined) return wrong;
    }
    if (expect.text !== undefined && expect.text !== text) return `the body should be ${JSON.stringify(expect.text)}`;
    const json = expect.body === undefined && save === undefined ? undefined : parsed(text);
    if (expect.body !== undefined) {
      const wrong = mismatch(expect.body, json);
      if (wrong !== undefined) return wrong;
    }
    for (const [name, from] of Object.entries(save ?? {})) {
      const value = savedFrom(from, response, json);
      if (value !== undefined) saved.set(name, value);
    }
    return undefined;
  } finally {
    clearTimeout(late);
    ended.abort();
  }
}

/** A stream's path is relative to the origin; everything else stands behind the base address. */
function addressOf(base: string, path: string, isStream: boolean): string {
  if (/^https?:/.test(path)) return path;
  return isStream ? new URL(path, base).href : base + path;
}

const authOf = (auth: Step["request"]["auth"], token: string): Record<string, string> => {
  switch (auth) {
    case "none":
      return {};
    case "wrong":
      return { authorization: "Bearer conformance-nobody-made-this" };
    case "api-key":
      return { "x-api-key": token };
    case undefined:
      return { authorization: `Bearer ${token}` };
  }
};

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function savedFrom(from: string, response: Response, json: unknown): unknown {
  if (from.startsWith("header.")) return response.headers.get(from.slice("header.".length)) ?? undefined;
  const members = json as Readonly<Record<string, unknown>> | undefined;
  if (from.startsWith("body.")) return members?.[from.slice("body.".length)];
  const streams = members?.["eventStreams"] as
    | readonly { type?: string; url?: string; endpoint?: { requestUri?: string; origin?: string } }[]
    | undefined;
  const sse = streams?.find(({ type }) => type === "sse");
  if (sse?.url !== undefined) return sse.url;
  const { requestUri, origin } = sse?.endpoint ?? {};
  return requestUri === undefined ? undefined : `${origin ?? ""}${requestUri}`;
}

/** `${name}` alone stands for the saved value itself; inside a text, for its text. */
function withSaved(value: unknown, saved: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === "string") {
    const whole = /^\$\{(\w+)\}$/.exec(value)?.[1];
    if (whole !== undefined) return saved.get(whole);
    return value.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => String(saved.get(name)));
  }
  if (Array.isArray(value)) return value.map((each) => withSaved(each, saved));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withSaved(member, saved)]));
}
