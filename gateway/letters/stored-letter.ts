import {
  letterKinds,
  type Letter,
  type LetterDetail,
  type LetterKind,
} from "../../protocols/dead-letters.ts";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import { Json } from "../../protocols/json.ts";
import { kinds, unescapeToken } from "../../protocols/topology.ts";
import type { StreamMessage } from "../../runtime/index.ts";
import { isObject } from "../evaluate/request.ts";

// Letters as they lie in the stream DEAD. A gateway's message holds a line for each refused event, the runtime's one
// letter. Whoever wrote them may be older than we are, so every member is looked at before it is believed.

export interface StoredLetter {
  readonly sequence: number;
  readonly line: number;
  readonly subject: string;
  readonly letter: Letter;
  /** The line, parsed; undefined when it is not JSON. */
  readonly content: Record<string, unknown> | undefined;
}

const decoder = new TextDecoder();
/** What people see of a reason. */
const messageLengthMax = 500;

export const linesOf = ({ data }: Pick<StreamMessage, "data">): string[] => decoder.decode(data).split("\n");

/** The letters of one message, oldest first. */
export function lettersOf(message: StreamMessage): StoredLetter[] {
  return linesOf(message).map((text, line) => {
    const content = parsed(text);
    const { sequence, subject } = message;
    const base = { id: `${sequence}-${line}`, at: message.time, bytes: Buffer.byteLength(text) };
    return { sequence, line, subject, content, letter: { ...base, ...saying(content, subject) } };
  });
}

function saying(
  content: Record<string, unknown> | undefined,
  subject: string,
): Omit<Letter, "id" | "bytes" | "at"> & { at?: number } {
  const what = letterKinds.find((kind) => kind === content?.["what"]);
  if (what === undefined) return ofEvent(content, environmentIn(subject));
  const [kind, key] = [textOf(content?.["kind"]), textOf(content?.["key"])];
  const reason = textOf(content?.["reason"]);
  const environment = environmentOfActor(kind, key);
  return {
    kind: what,
    code: reason.split(":", 1)[0]?.slice(0, 100) ?? "",
    message: reason.slice(0, messageLengthMax),
    from: `${kind}/${key}`,
    ...(environment === undefined ? {} : { environment }),
  };
}

function ofEvent(
  content: Record<string, unknown> | undefined,
  environment: EnvironmentKey | undefined,
): ReturnType<typeof saying> {
  const type =
    textOf(content?.["type"]) || textOf(isObject(content?.["event"]) ? content["event"]["type"] : "");
  const at = content?.["at"];
  return {
    kind: "event",
    code: content === undefined ? "unreadable" : textOf(content["code"]),
    message: textOf(content?.["message"]).slice(0, messageLengthMax),
    from: textOf(content?.["token"]),
    ...(typeof at === "number" ? { at } : {}),
    ...(type === "" ? {} : { type }),
    ...(environment === undefined ? {} : { environment }),
  };
}

export function detailOf({ letter, content }: StoredLetter): LetterDetail {
  const original = Json.safeParse(letter.kind === "event" ? content?.["event"] : content?.["original"]);
  const place = Json.safeParse(content?.["place"]);
  const stack = content?.["stack"];
  return {
    ...letter,
    ...(original.success ? { original: original.data } : {}),
    ...(typeof stack === "string" ? { stack } : {}),
    ...(place.success && isObject(place.data) ? { place: place.data as Record<string, Json> } : {}),
    mayRetry: original.success && mayRetry(letter.kind, original.data),
  };
}

/** An effect of a behaviour's own is the behaviour's to perform; what a gap lost is nowhere any more. */
function mayRetry(kind: LetterKind, original: Json): boolean {
  switch (kind) {
    case "event":
      return isObject(original);
    case "message":
      return typeof original === "string";
    case "command":
      return isObject(original) && "message" in original;
    case "effect":
      return isObject(original) && "runtime" in original;
    case "gap":
      return false;
  }
}

/** `dead.events.<environment>`, and `dead.<environment>` of gateways from before. */
function environmentIn(subject: string): EnvironmentKey | undefined {
  const [, second = "", third] = subject.split(".");
  const token = second === "events" && third !== undefined ? third : second;
  return token === "" ? undefined : (unescapeToken(token) as EnvironmentKey);
}

const environmental: ReadonlySet<string> = new Set([kinds.environment, kinds.partition, kinds.experiment]);

const environmentOfActor = (kind: string, key: string): EnvironmentKey | undefined =>
  environmental.has(kind) ? ((key.split("/", 1)[0] ?? "") as EnvironmentKey) : undefined;

const textOf = (value: unknown): string => (typeof value === "string" ? value : "");

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
