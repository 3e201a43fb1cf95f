import { createHash } from "node:crypto";
import type { ExperimentKey, UnitId } from "../../protocols/ids.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import type { Random } from "../../runtime/index.ts";
import { eventNames, trials } from "./scene.ts";

// What units do, and what of it must count. A story is one person's events; its later part may be sent only when the
// earlier is acknowledged, because the order of the log decides there.

/** One event as it is sent, and the record that it must become; none when it must be refused. */
export interface Sent {
  readonly event: Readonly<Record<string, unknown>>;
  readonly record?: LogRecord;
}

export interface Story {
  readonly first: readonly Sent[];
  readonly second: readonly Sent[];
}

const hourMs = 3_600_000;

/** Makes stories by one seed; `nowMs` is when the run began. */
export class Stories {
  readonly #random: Random;
  readonly #nowMs: number;
  #count = 0;

  constructor(random: Random, nowMs: number) {
    this.#random = random;
    this.#nowMs = nowMs;
  }

  next(): Story {
    const person = new Person(`p${this.#count++}`, this.#random, this.#nowMs);
    const first = [...person.exposures(), ...person.events(6)];
    if (this.#chance(0.02)) first.push(...person.mistakes());
    if (this.#chance(0.01)) first.push(person.event({ bot: true }));
    // Linked to a second self that acts on its own.
    if (this.#chance(0.05)) {
      const other = new Person(`a${this.#count++}`, this.#random, this.#nowMs);
      first.push(...other.exposures(), ...other.events(3), identified(other, person, this.#nowMs));
    }
    const second: Sent[] = [];
    if (this.#chance(0.02)) second.push(person.optsOut());
    if (this.#chance(0.02)) second.push(person.reusesAnId(first));
    return { first: shuffled(first, this.#random), second };
  }

  #chance(share: number): boolean {
    return this.#random.fraction() < share;
  }
}

class Person {
  readonly name: string;
  readonly unit: UnitId;
  readonly #random: Random;
  readonly #nowMs: number;
  /** When it all began for this person: up to three days ago; some of what happens then has yet to happen. */
  readonly #startMs: number;
  #count = 0;

  constructor(name: string, random: Random, nowMs: number) {
    this.name = name;
    this.unit = createHash("sha256").update(name).digest("base64url").slice(0, 22) as UnitId;
    this.#random = random;
    this.#nowMs = nowMs;
    this.#startMs = nowMs - 72 * hourMs + Math.floor(random.fraction() * 65 * hourMs);
  }

  exposures(): Sent[] {
    const sent: Sent[] = [];
    for (const { key, variants } of trials) {
      if (this.#random.fraction() < 0.3) continue;
      const variant = this.#pick(variants);
      const times = 1 + Math.floor(this.#random.fraction() * 2);
      for (let time = 0; time < times; time++) {
        const isCrossed = time > 0 && this.#random.fraction() < 0.1;
        sent.push(this.#exposure(key, isCrossed ? this.#pick(variants) : variant));
      }
    }
    return sent;
  }

  events(most: number): Sent[] {
    return Array.from({ length: Math.floor(this.#random.fraction() * (most + 1)) }, () => this.event());
  }

  event(more: { readonly bot?: true } = {}): Sent {
    const name = this.#pick(eventNames);
    const value = Math.round(this.#random.fraction() * 10_000) / 100;
    const base = { type: "metric" as const, id: this.#id(), ts: this.#time(), ...more };
    const session = this.#session();
    return {
      event: { ...base, ...session.sent, unitId: this.unit, name, value },
      record: { ...base, ...session.kept, at: this.#nowMs, unit: this.unit, name, value },
    };
  }

  /** Half of a batch may be wrong without harm to the other half. */
  mistakes(): Sent[] {
    return [
      { event: { type: "metric", id: this.#id(), name: "buy", value: 1 } },
      {
        event: {
          type: "metric",
          id: this.#id(),
          unitId: this.unit,
          name: "buy",
          ts: this.#nowMs + 48 * hourMs,
        },
      },
      {
        event: {
          type: "exposure",
          id: this.#id(),
          unitId: this.unit,
          experiment: "nobody-knows",
          variant: "a",
        },
      },
    ];
  }

  optsOut(): Sent {
    const base = { type: "consent" as const, id: this.#id(), ts: this.#nowMs, analytics: false };
    return { event: { ...base, unitId: this.unit }, record: { ...base, at: this.#nowMs, unit: this.unit } };
  }

  /** An id that is stored already, with another value: refused, or passed over, but never counted. */
  reusesAnId(sent: readonly Sent[]): Sent {
    const known = sent.find(
      ({ event, record }) => record?.type === "metric" && event["unitId"] === this.unit,
    );
    return known === undefined ? this.event() : { event: { ...known.event, value: 1_000_000 } };
  }

  #exposure(experiment: string, variant: string): Sent {
    const metadata = { country: this.#pick(["DE", "FR", "NL"]) };
    const base = { type: "exposure" as const, id: this.#id(), ts: this.#time(), metadata };
    const session = this.#session();
    return {
      event: { ...base, ...session.sent, unitId: this.unit, experiment, variant },
      record: {
        ...base,
        ...session.kept,
        at: this.#nowMs,
        unit: this.unit,
        experiment: experiment as ExperimentKey,
        phase: 1,
        variant: variant as never,
        flag: experiment,
      },
    };
  }

  /** The gateway stores a pseudonym; which sessions are the same is all that counts. */
  #session(): { sent: { sessionId?: string }; kept: { session?: string } } {
    if (this.#random.fraction() < 0.3) return { sent: {}, kept: {} };
    const name = `${this.name}-s${Math.floor(this.#random.fraction() * 2)}`;
    return { sent: { sessionId: name }, kept: { session: name } };
  }

  #time = (): number => this.#startMs + Math.floor(this.#random.fraction() * 30 * hourMs);
  #id = (): string => `${this.name}-${this.#count++}`;
  #pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(this.#random.fraction() * items.length)] as Item;
}

function identified(anonymous: Person, known: Person, nowMs: number): Sent {
  const base = { type: "identify" as const, id: `${anonymous.name}-is`, ts: nowMs };
  return {
    event: { ...base, unitId: anonymous.unit, knownId: known.unit },
    record: { ...base, at: nowMs, unit: anonymous.unit, known: known.unit },
  };
}

function shuffled<Item>(items: readonly Item[], random: Random): Item[] {
  const mixed = [...items];
  for (let index = mixed.length - 1; index > 0; index--) {
    const other = Math.floor(random.fraction() * (index + 1));
    [mixed[index], mixed[other]] = [mixed[other] as Item, mixed[index] as Item];
  }
  return mixed;
}
