import { createHash } from "node:crypto";
import type { ExperimentKey, UnitId } from "../../protocols/ids.ts";
import type { Random } from "../../runtime/index.ts";
import { eventNames, trials } from "./scene.ts";
import type { Sent, Story } from "./stories.ts";

// One unit that acts as no person does. The first experiment sets it aside as a bot, the folds having found it out; the
// second counts bots, and every one of its events. At the end it is seen to have been exposed earlier than was known, so
// that all its windows move.

const hourMs = 3_600_000;
const eventsPerStory = 500;
/** However a minute cuts it, one side has more than the 600 that make a bot. */
const eventsAtFirst = 1_300;
const unit = createHash("sha256").update("heavy").digest("base64url").slice(0, 22) as UnitId;

export const heavyEventsIn = (runSeconds: number): number => (runSeconds >= 600 ? 1_000_000 : 20_000);

export class HeavyUnit {
  readonly #random: Random;
  readonly #nowMs: number;
  readonly #startMs: number;
  readonly #events: number;
  #made = 0;
  #stage: "begin" | "act" | "end" | "done" = "begin";

  constructor(random: Random, nowMs: number, events: number) {
    this.#random = random;
    this.#nowMs = nowMs;
    this.#startMs = nowMs - 60 * hourMs;
    this.#events = events;
  }

  /** Events wait for their exposure, but not so many: it is sent first. */
  next(): Story | undefined {
    switch (this.#stage) {
      case "begin":
        this.#stage = "act";
        return { first: this.#exposures("h", this.#startMs), second: [] };
      case "act": {
        const wanted = this.#made === 0 ? eventsAtFirst : eventsPerStory;
        const count = Math.min(wanted, this.#events - this.#made);
        if (this.#made + count === this.#events) this.#stage = "end";
        return { first: Array.from({ length: count }, () => this.#event()), second: [] };
      }
      case "end":
        this.#stage = "done";
        return { first: this.#exposures("h0", this.#startMs - 6 * hourMs), second: [] };
      case "done":
        return undefined;
    }
  }

  #event(): Sent {
    const fraction = (): number => this.#random.fraction();
    const name = eventNames[Math.floor(fraction() * eventNames.length)] as string;
    const value = Math.floor(fraction() * 100); // whole numbers: their sum has no last bit to differ in
    const ts = this.#startMs + Math.floor(fraction() * 50 * hourMs);
    const base = { type: "metric" as const, id: `h-${this.#made++}`, ts };
    const session = `h-s${Math.floor(fraction() * 2)}`;
    return {
      event: { ...base, sessionId: session, unitId: unit, name, value },
      record: { ...base, session, at: this.#nowMs, unit, name, value, bot: true }, // as the folds will say
    };
  }

  #exposures(id: string, ts: number): Sent[] {
    return trials.map(({ key, variants }) => {
      const variant = variants[0] as string;
      const base = { type: "exposure" as const, id: `${id}-${key}`, ts, metadata: { country: "DE" } };
      return {
        event: { ...base, sessionId: "h-s0", unitId: unit, experiment: key, variant },
        record: {
          ...base,
          session: "h-s0",
          at: this.#nowMs,
          unit,
          experiment: key as ExperimentKey,
          phase: 1,
          variant: variant as never,
          flag: key,
        },
      };
    });
  }
}
