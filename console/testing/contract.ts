import type { Versioned } from "../../protocols/environment-messages.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { Flag } from "../../protocols/flag.ts";
import { environments, experiments, flags, resultOf, timeline, versions } from "./fixtures.ts";

/** What the stand-in remembers, and how it is told to misbehave. */
export interface ContractState {
  flags: Versioned<Flag>[];
  experiments: Versioned<PublishedExperiment>[];
  scopes: string[];
  mismatch: boolean;
  refuseStreams: boolean;
  /** Answers to give instead, by "METHOD /path". */
  failures: Map<string, Reaction>;
}

export interface Reaction {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly body: unknown;
  readonly ifMatch: string | undefined;
  readonly cookie: string;
}

export const freshState = (): ContractState => ({
  flags: structuredClone(flags),
  experiments: structuredClone(experiments),
  scopes: ["experiments:read", "experiments:write", "reports:read"],
  mismatch: false,
  refuseStreams: false,
  failures: new Map(),
});

const ok = (body: unknown, headers: Record<string, string> = {}): Reaction => ({
  status: 200,
  body,
  headers,
});
const refuse = (status: number, code: string, title: string, more: object = {}): Reaction => ({
  status,
  body: { type: "about:blank", status, code, title, ...more },
});

/** The control routes that the console uses. */
export function contractAnswer(state: ContractState, asked: Asked): Reaction {
  const { method, url } = asked;
  const told = state.failures.get(`${method} ${url.pathname}`);
  if (told !== undefined) return told;
  const [, section, key, action] = url.pathname.split("/").filter(Boolean);
  if (section === "session") return session(state, asked);
  if (!asked.cookie.includes("weir_session=good")) return refuse(401, "unauthenticated", "Sign in first");
  switch (section) {
    case "environments":
      return key === undefined ? ok({ items: environments }) : environmentAnswer(asked, action);
    case "flags":
      return flagAnswer(state, asked, key, action);
    case "experiments":
      return experimentAnswer(state, asked, key, action);
    default:
      return refuse(404, "route_not_found", "No such route");
  }
}

function session(state: ContractState, { method, body, cookie }: Asked): Reaction {
  const who = { name: "Ana's token", scopes: state.scopes, expiresAt: Date.UTC(2027, 0, 1) };
  if (method === "DELETE")
    return { status: 204, headers: { "set-cookie": "weir_session=; Max-Age=0; Path=/" } };
  if (method === "GET")
    return cookie.includes("weir_session=good") ? ok(who) : refuse(401, "unauthenticated", "Sign in");
  return (body as { token?: string }).token === "good"
    ? ok(who, { "set-cookie": "weir_session=good; HttpOnly; SameSite=Strict; Path=/" })
    : refuse(401, "unauthenticated", "Unknown token", { reason: "unknown" });
}

function environmentAnswer({ method }: Asked, action: string | undefined): Reaction {
  if (method === "GET" && action === "versions") return ok({ items: versions });
  return ok({ version: 43, etag: '"43"', warnings: [] });
}

function flagAnswer(
  state: ContractState,
  asked: Asked,
  key: string | undefined,
  action: string | undefined,
): Reaction {
  if (key === undefined)
    return asked.method === "GET" ? ok({ items: state.flags }) : created(state, asked.body as Flag);
  const index = state.flags.findIndex(({ entity }) => entity.key === key);
  const stands = state.flags[index];
  if (stands === undefined) return refuse(404, "flag_not_found", "No such flag", { flag: key });
  if (action === "publish") {
    state.flags[index] = { ...stands, publishedVersion: stands.version };
    return ok({ version: 43, etag: '"43"', warnings: [] });
  }
  if (asked.method === "GET") return ok(stands, { etag: `"${stands.version}"` });
  const expected = Number(asked.ifMatch?.replaceAll('"', ""));
  if (expected !== stands.version) {
    return refuse(412, "version_conflict", "Version conflict", { expected, actual: stands.version });
  }
  const saved = { ...stands, entity: asked.body as Flag, version: stands.version + 1 };
  state.flags[index] = saved;
  return ok(saved);
}

function created(state: ContractState, flag: Flag): Reaction {
  const at = Date.UTC(2026, 10, 20) as Versioned<Flag>["createdAt"];
  const entity = { ...flag, rules: [], tags: [], enabled: true, killed: false, status: "active" as const };
  const made: Versioned<Flag> = { entity, version: 1, createdAt: at, updatedAt: at, updatedBy: "ana" };
  state.flags.push(made);
  return { status: 201, body: made };
}

function experimentAnswer(
  state: ContractState,
  { method }: Asked,
  key: string | undefined,
  action: string | undefined,
): Reaction {
  if (key === undefined) return ok({ items: state.experiments });
  const index = state.experiments.findIndex(({ entity }) => entity.key === key);
  const stands = state.experiments[index];
  // Like the gateway, whose plan holds no draft: there is nothing to compute.
  const absent = stands === undefined || (action === "results" && stands.entity.status === "draft");
  if (absent) return refuse(404, "experiment_not_found", "No such experiment", { experiment: key });
  if (action === "results") return ok(resultOf(stands.entity, { mismatch: state.mismatch }));
  if (action === "timeline") return ok(timeline);
  if (method === "GET") return ok(stands);
  const status = action === "pause" ? "paused" : action === "stop" ? "completed" : "running";
  state.experiments[index] = { ...stands, entity: { ...stands.entity, status } };
  return ok({ version: 44, etag: '"44"', warnings: [] });
}
