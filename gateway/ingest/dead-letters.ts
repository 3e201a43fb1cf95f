import type { EnvironmentKey } from "../../protocols/ids.ts";
import { subjects } from "../../protocols/topology.ts";
import type { LivePlan } from "../live-plan.ts";
import { isObject } from "../evaluate/request.ts";
import type { Append } from "./batcher.ts";
import type { Rejection } from "./resolve.ts";

/** One refused event, as the dead-letter stream holds it (JSON lines). */
export interface DeadLetter {
  readonly code: string;
  readonly message: string;
  /** Epoch ms. */
  readonly at: number;
  /** Prefix of the token that sent it. */
  readonly token: string;
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
  { code, message }: Rejection,
  { plan, at, token }: { readonly plan: LivePlan; readonly at: number; readonly token: string },
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
  return { code, message, at, token, bytes, ...(fits ? { event: kept } : {}) };
}

/** Raw keys are never stored, not even here: the pseudonym stands in, so that the mended event can be sent again. */
function withoutRawKeys(event: unknown, plan: LivePlan): unknown {
  if (!isObject(event)) return undefined;
  const { userId, unit, sessionId: _sessionId, exposureToken: _exposureToken, ...others } = event;
  const raw = userId ?? unit;
  return typeof raw === "string" && others["unitId"] === undefined
    ? { ...others, unitId: plan.units.of(raw) }
    : others;
}
