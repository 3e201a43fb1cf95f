import type { Chance } from "../world/chance.ts";

// Two programs of one system: the one that every host begins with, and the one that a rolling upgrade brings. Between the
// two some hosts are older and some newer, and each meets what the other wrote.

/** What a program writes, and the newest that it reads. */
export interface Versions {
  /** Shape of an account's state. */
  readonly state: number;
  readonly events: number;
  readonly messages: number;
  /** Encoding of a tally's state. */
  readonly tally: number;
  /** Messages of the event stream. */
  readonly records: number;
}

const older: Versions = { state: 1, events: 1, messages: 1, tally: 1, records: 1 };
/** Each change comes alone as well: what one of them would hide, another schedule shows. */
const changedShare = 0.4;

/** The rolling upgrade of a schedule. */
export class Release {
  readonly newer: Versions;
  readonly #upgraded = new Set<string>();
  #begun = false;

  constructor(chance: Chance) {
    const drawn = (): number => (chance.happens(changedShare) ? 2 : 1);
    const versions = {
      state: drawn(),
      events: drawn(),
      messages: drawn(),
      tally: drawn(),
      records: drawn(),
    };
    const sure = chance.pick(Object.keys(versions));
    this.newer = { ...versions, [sure]: 2 };
  }

  /** Somewhere the newer program runs, or has run. */
  get begun(): boolean {
    return this.#begun;
  }

  /** What those outside of the hosts send now. */
  get sent(): Versions {
    return this.#begun ? this.newer : older;
  }

  has(host: string): boolean {
    return this.#upgraded.has(host);
  }

  versionsOf(host: string): Versions {
    return this.has(host) ? this.newer : older;
  }

  upgrade(host: string): void {
    this.#begun = true;
    this.#upgraded.add(host);
  }

  /** An upgrade that somebody takes back. */
  revert(host: string): void {
    this.#upgraded.delete(host);
  }
}
