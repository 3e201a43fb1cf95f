import type { Issue } from "../protocols/errors.ts";
import type { FailureCode } from "../protocols/failures.ts";

/** What the console can do about a refusal; made from a problem document (RFC 9457) or from the lack of one. */
export interface Problem {
  /** The gateway's code, or one of our own two when no gateway answered. */
  readonly code: FailureCode | "unreachable" | "unreadable";
  /** HTTP status; 0 when there was no answer. */
  readonly status: number;
  readonly title: string;
  readonly detail?: string;
  /** To quote when asking for help. */
  readonly requestId?: string;
  /** Everything wrong with a refused edit. */
  readonly issues: readonly Issue[];
  /** Version that stands instead of the one the author saw. */
  readonly actualVersion?: number;
  /** Scope that was missing. */
  readonly scope?: string;
}

export const unreachable: Problem = {
  code: "unreachable",
  status: 0,
  title: "No answer from the server",
  detail: "It may be restarting, or the network is down.",
  issues: [],
};

/** Extension members sit beside the standard ones; whatever is not as expected is left out, never trusted. */
export function problemOf(status: number, body: unknown, requestId: string | null): Problem {
  const members = isObject(body) ? body : {};
  const issues = issuesIn(members["problems"] ?? members["issues"]);
  // The gateway's detail repeats the issues in one line; the list reads better.
  const detail = issues.length === 0 ? text(members["detail"]) : undefined;
  const reference = requestId ?? text(members["correlationId"]);
  const actualVersion = members["actual"];
  const scope = text(members["scope"]);
  return {
    code: (text(members["code"]) ?? "unreadable") as Problem["code"],
    status,
    title: text(members["title"]) ?? `The server answered ${status}`,
    issues,
    ...(detail !== undefined && { detail }),
    ...(reference !== undefined && { requestId: reference }),
    ...(typeof actualVersion === "number" && { actualVersion }),
    ...(scope !== undefined && { scope }),
  };
}

/** Two people edited one thing. */
export const isConflict = ({ code, status }: Problem): boolean =>
  code === "version_conflict" || status === 412 || (status === 409 && code === "unreadable");

function issuesIn(value: unknown): Issue[] {
  if (!Array.isArray(value)) return [];
  return value.filter(isObject).map((issue) => ({
    path: text(issue["path"]) ?? "",
    message: text(issue["message"]) ?? JSON.stringify(issue),
  }));
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;
const text = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);
