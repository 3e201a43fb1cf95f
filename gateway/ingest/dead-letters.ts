import type { EventType } from "../../protocols/event.ts";
import { UnitId, type EnvironmentKey } from "../../protocols/ids.ts";
import { subjects } from "../../protocols/topology.ts";
import type { LivePlan } from "../live-plan.ts";
import { isObject } from "../evaluate/request.ts";
import type { Append } from "./batcher.ts";
import type { Rejection } from "./scope.ts";

/** One refused event, as the dead-letter stream holds it (JSON lines). */
export interface DeadLetter {
  readonly code: string;
  readonly message: string;
  /** Epoch ms. */
  readonly at: number;
  /** Prefix of the token that sent it. */
  readonly token: string;
  /** What the route takes it for when it does not say so itself; absent where it must. */
  readonly type?: EventType;
  /** The event without raw keys; absent when it was not an object, or larger than 8 KB. */
  readonly event?: unknown;
  readonly bytes: number;
}

const letterBytesMax = 8_192;
/** One message: 32 full letters. */
const messageBytesMax = 262_144;
/** 16 full messages; refused events must not crowd out good ones. */
const inFlightBytesMax = 16 * messageBytesMax;

/** Refused events for people to look at. Best effort: what does not fit is dropped and counted. */
export class DeadLetters {
  readonly #append: Append;
  readonly #makeId: () => string;
  readonly #onDrop: (letters: number) => void;
  #inFlightBytes = 0;

  constructor(append: Append, makeId: () => string, onDrop: (letters: number) => void) {
    this.#append = append;
    this.#makeId = makeId;
    this.#onDrop = onDrop;
  }

  send(environment: EnvironmentKey, letters: readonly DeadLetter[]): void {
    let lines: string[] = [];
    let size = 0;
    for (const letter of letters) {
      const line = JSON.stringify(letter);
      if (size + line.length > messageBytesMax) {
        this.#post(environment, lines);
        lines = [];
        size = 0;
      }
      lines.push(line);
      size += line.length + 1;
    }
    if (lines.length > 0) this.#post(environment, lines);
  }

  #post(environment: EnvironmentKey, lines: readonly string[]): void {
    const data = Buffer.from(lines.join("\n"));
    if (this.#inFlightBytes + data.length > inFlightBytesMax) return this.#onDrop(lines.length);
    this.#inFlightBytes += data.length;
    const messageId = `dead-${this.#makeId()}`;
    void this.#append(subjects.dead(environment), data, { messageId, timeoutMs: 2_000 })
      .then((outcome) => (outcome.kind === "stored" ? undefined : this.#onDrop(lines.length)))
      .finally(() => (this.#inFlightBytes -= data.length));
  }
}

export function deadLetter(
  event: unknown,
  { code, message, kept: storable = message }: Rejection,
  {
    plan,
    at,
    token,
    type,
  }: {
    readonly plan: LivePlan;
    readonly at: number;
    readonly token: string;
    readonly type: EventType | undefined;
  },
): DeadLetter {
  let kept: unknown;
  let text: string | undefined;
  try {
    kept = withoutRawKeys(event, plan);
    text = kept === undefined ? undefined : JSON.stringify(kept);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error; // nested too deeply to be written
  }
  const bytes = text === undefined ? 0 : Buffer.byteLength(text);
  const fits = text !== undefined && bytes <= letterBytesMax;
  return {
    code,
    message: storable,
    at,
    token,
    ...(type === undefined ? {} : { type }),
    bytes,
    ...(fits ? { event: kept } : {}),
  };
}

/** What an event may say that is no raw key; a member that nobody knows could be a misspelt one, so it is left out. */
const keptMembers = new Set(
  [
    "type id ts unitType knownType bot metadata properties currency",
    "experimentKey experiment flagKey variant variation eventName name value",
    "reason code propensity version ranking items of item analytics",
    "served candidate servedMs candidateMs error",
  ].flatMap((names) => names.split(" ")),
);

/** Raw keys are never stored, not even here: the pseudonym stands in, so that the mended event can be sent again. */
function withoutRawKeys(event: unknown, plan: LivePlan): unknown {
  if (!isObject(event)) return undefined;
  const { userId, unit, anonymousId, known } = event;
  const isIdentify = event["type"] === "identify" || anonymousId !== undefined || known !== undefined;
  return {
    ...Object.fromEntries(Object.entries(event).filter(([name]) => keptMembers.has(name))),
    ...pseudonym("unitId", [event["unitId"]], isIdentify ? [anonymousId, unit] : [userId, unit], plan),
    ...(isIdentify ? pseudonym("knownId", [event["knownId"]], [userId, known], plan) : {}),
  };
}

/** Under `name`: what already was a pseudonym, or that of the first raw key. */
function pseudonym(
  name: string,
  ids: readonly unknown[],
  rawKeys: readonly unknown[],
  plan: LivePlan,
): Record<string, unknown> {
  const id = ids.find((value) => UnitId.safeParse(value).success);
  const raw = rawKeys.find((value) => typeof value === "string");
  if (id !== undefined) return { [name]: id };
  return typeof raw === "string" ? { [name]: plan.units.of(raw) } : {};
}
