import type { z } from "zod";
import { nearest } from "../nearest.ts";
import type { FindingCode } from "./finding.ts";
import { membersAt } from "./schema-members.ts";

// What the schema found wrong, as a person would say it: with what stands there, what may, and what was probably meant.

export interface Explained {
  readonly code: FindingCode;
  readonly path: readonly PropertyKey[];
  /** What is marked: the value at the path, or the name of the member that should not be there. */
  readonly mark: "value" | "name";
  readonly message: string;
  readonly suggestion?: string;
}

type Issue = z.core.$ZodIssue;

/** A sentence that lists more alternatives than this helps nobody. */
const listedMax = 25;

/** One document's issues. What is missing only because it is misspelt is said once. */
export function explainIssues(issues: readonly Issue[], document: unknown): Explained[] {
  const explained = issues.flatMap((issue) => explain(issue, document));
  const meant = new Set(
    explained.flatMap(({ path, suggestion, code }) =>
      code === "unknown_member" && suggestion !== undefined
        ? [pathKey([...path.slice(0, -1), /"(.+)"/.exec(suggestion)?.[1] ?? ""])]
        : [],
    ),
  );
  // A document whose names are all wrong also lacks the right ones.
  const isMisnamed = explained.some(({ code, path }) => code === "unknown_member" && path.length === 1);
  return explained.filter(
    ({ code, path }) =>
      (code !== "missing_member" || !meant.has(pathKey(path))) &&
      (code !== "refused" || path.length > 0 || !isMisnamed),
  );
}

const pathKey = (path: readonly PropertyKey[]): string => JSON.stringify(path.map(String));

function explain(issue: Issue, document: unknown): Explained[] {
  const { path } = issue;
  const value = valueAt(document, path);
  const say = (code: FindingCode, message: string, suggestion?: string): Explained[] => [
    { code, path, mark: "value", message, ...(suggestion === undefined ? {} : { suggestion }) },
  ];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((name) => unknownMember(name, path, document));
    case "invalid_type":
      return value === undefined ? [missing(path)] : wrongType(issue.expected, value, say);
    case "invalid_value":
      return value === undefined ? [missing(path, issue.values)] : notAllowed(issue.values, value, say);
    case "invalid_union":
      return union(issue, document);
    case "too_small":
      return say(
        "out_of_range",
        limitText("at least", "more than", issue.minimum, issue.inclusive ?? true, issue.origin),
      );
    case "too_big":
      return say(
        "out_of_range",
        limitText("at most", "less than", issue.maximum, issue.inclusive ?? true, issue.origin),
      );
    case "not_multiple_of":
      return say("out_of_range", `must be a multiple of ${issue.divisor}`);
    case "invalid_format":
      return say("wrong_form", formText(issue), formSuggestion(issue, value));
    case "invalid_key":
      return say(
        "wrong_form",
        `"${String(path.at(-1))}" cannot be a name here: ${issue.issues[0]?.message ?? issue.message}`,
      );
    case "invalid_element":
      return issue.issues.flatMap((inner) => explain({ ...inner, path: [...path, ...inner.path] }, document));
    case "custom":
      return say("refused", issue.message);
  }
}

function unknownMember(name: string, path: readonly PropertyKey[], document: unknown): Explained {
  const allowed = membersAt(path, document);
  const meant = nearest(name, allowed);
  const place =
    path.length === 0 ? "here" : `in ${String(path.findLast((part) => typeof part === "string"))}`;
  const isBare = path.length === 0 && ["key", "definition"].includes(name);
  const suggestion = isBare
    ? 'put the metric below "metric:", or a list of them below "metrics:"'
    : meant !== undefined
      ? `did you mean "${meant}"?`
      : listed("allowed are", allowed);
  return {
    code: "unknown_member",
    path: [...path, name],
    mark: "name",
    message: `there is no "${name}" ${place}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

function missing(path: readonly PropertyKey[], values: readonly unknown[] = []): Explained {
  const name = String(path.at(-1));
  const suggestion = listed("it is one of", values.map(String));
  return {
    code: "missing_member",
    path,
    mark: "value",
    message: `"${name}" is missing`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

type Say = (code: FindingCode, message: string, suggestion?: string) => Explained[];

const nouns: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "a map of members",
  record: "a map",
  null: "nothing (null)",
};
const nounOf = (expected: string): string => nouns[expected] ?? expected;

function wrongType(expected: string, value: unknown, say: Say): Explained[] {
  const isNumber = expected === "number" || expected === "int";
  const unquoted =
    isNumber && typeof value === "string" && value.trim() !== "" && Number.isFinite(Number(value));
  const quoted = expected === "string" && (typeof value === "number" || typeof value === "boolean");
  const hint = unquoted
    ? `write ${value} without quotes`
    : quoted
      ? `write "${String(value)}" in quotes`
      : expected === "array"
        ? "a list has a dash in front of each item, or stands in [ ]"
        : undefined;
  return say("wrong_type", `must be ${nounOf(expected)}, not ${typeText(value)}`, hint);
}

function typeText(value: unknown): string {
  if (value === null) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a map";
  if (typeof value === "number")
    return Number.isInteger(value) ? "a whole number" : "a number with a fraction";
  return typeof value === "string" ? "text" : typeof value === "boolean" ? "true or false" : typeof value;
}

function notAllowed(values: readonly unknown[], value: unknown, say: Say): Explained[] {
  const texts = values.map(String);
  const shown = typeof value === "string" || typeof value === "number" ? `"${value}"` : typeText(value);
  const meant = typeof value === "string" ? nearest(value, texts) : undefined;
  const list = listed(texts.length === 1 ? "it must be" : "allowed are", texts);
  return say(
    "not_allowed",
    `${shown} is not allowed here`,
    meant === undefined ? list : `did you mean "${meant}"? ${list ?? ""}`.trim(),
  );
}

/** Of the alternatives of a union, the one that comes closest: its issues say most. */
function union(issue: Extract<Issue, { code: "invalid_union" }>, document: unknown): Explained[] {
  const { path, errors } = issue;
  const value = valueAt(document, path);
  const options: unknown = "options" in issue ? issue.options : undefined;
  if (errors.length === 0 && Array.isArray(options)) {
    return value === undefined
      ? [missing(path, options)]
      : notAllowed(options, value, (code, message, suggestion) => [
          { code, path, mark: "value", message, ...(suggestion === undefined ? {} : { suggestion }) },
        ]);
  }
  const branches = errors.map((inner) =>
    inner.flatMap((each) => explain({ ...each, path: [...path, ...each.path] }, document)),
  );
  const closest = branches.toSorted((a, b) => distance(a, path) - distance(b, path))[0];
  if (closest === undefined) return [{ code: "refused", path, mark: "value", message: issue.message }];
  const isOther = closest.every((each) => each.code === "wrong_type" && each.path.length === path.length);
  if (!isOther) return closest;
  const wanted = branches.flat().flatMap(({ message }) => /^must be (.+), not /.exec(message)?.[1] ?? []);
  const message = `must be ${[...new Set(wanted)].join(" or ")}, not ${typeText(value)}`;
  return [{ code: "wrong_type", path, mark: "value", message }];
}

/** A branch that objects deep inside took the value for its own; of equals, the one with fewer objections. */
function distance(branch: readonly Explained[], path: readonly PropertyKey[]): number {
  const isAnotherType = branch.some(
    (each) => each.path.length === path.length && (each.code === "wrong_type" || each.code === "not_allowed"),
  );
  return (isAnotherType ? 1_000 : 0) + branch.length;
}

function limitText(
  inclusiveWords: string,
  exclusiveWords: string,
  limit: number | bigint,
  inclusive: boolean,
  origin: string,
): string {
  const words = `${inclusive ? inclusiveWords : exclusiveWords} ${limit}`;
  if (origin === "string") return `must have ${words} characters`;
  if (origin === "array" || origin === "set") return `must have ${words} items`;
  return `must be ${words}`;
}

const keyForm = "lower-case letters, digits, _ . and -, beginning with a letter or digit, at most 100";

function formText(issue: Extract<Issue, { code: "invalid_format" }>): string {
  const pattern = "pattern" in issue && typeof issue.pattern === "string" ? issue.pattern : undefined;
  if (pattern?.startsWith("/^[a-z0-9]") === true) return `is no key: ${keyForm}`;
  if (issue.message.startsWith("must")) return issue.message;
  if (pattern?.startsWith("/^[A-Za-z0-9_]") === true)
    return "is no name of an event: letters, digits, _ . : and -, beginning with a letter, digit or _, at most 100";
  return pattern === undefined ? `is no ${issue.format}` : `must match ${pattern.slice(1, -1)}`;
}

/** A key or a name that would be taken, made of what stands there. */
function formSuggestion(
  issue: Extract<Issue, { code: "invalid_format" }>,
  value: unknown,
): string | undefined {
  const pattern = "pattern" in issue && typeof issue.pattern === "string" ? issue.pattern : undefined;
  if (typeof value !== "string" || pattern === undefined) return undefined;
  const isKey = pattern.startsWith("/^[a-z0-9]");
  if (!isKey && !pattern.startsWith("/^[A-Za-z0-9_]")) return undefined;
  const cased = isKey ? value.toLowerCase() : value;
  const made = cased
    .trim()
    .replaceAll(isKey ? /[^a-z0-9_.-]+/g : /[^A-Za-z0-9_.:-]+/g, "_")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 100);
  const matches = new RegExp(pattern.slice(1, pattern.lastIndexOf("/"))).test(made);
  return made !== value && matches ? `as in "${made}"` : undefined;
}

const listed = (words: string, values: readonly string[]): string | undefined =>
  values.length === 0
    ? undefined
    : `${words} ${values.slice(0, listedMax).join(", ")}${values.length > listedMax ? ", …" : ""}`;

export function valueAt(document: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (value, step) =>
      typeof value === "object" && value !== null && Object.hasOwn(value, step)
        ? (value as Record<PropertyKey, unknown>)[step]
        : undefined,
    document,
  );
}
