import type { DeadLetter } from "../../dead-letters.ts";
import type { History } from "../workload/history.ts";
import type { Release } from "../workload/release.ts";
import type { Receiver } from "../workload/receiver.ts";
import { decodeText } from "../workload/tally.ts";
import type { Tally } from "../workload/tally.ts";
import type { Store } from "../world/store.ts";
import type { Gap, World } from "../world/world.ts";
import { checkAnswers } from "./answers.ts";
import { EffectWatch } from "./effects.ts";
import type { EffectEvidence } from "./effects.ts";
import { checkGaps, checkPoison, checkTallies, problemOfTally } from "./folds.ts";
import { AccountRecord } from "./journals.ts";

/** Follows the journals of a schedule, knows what is still to come, and judges at the end. */
export class Audit {
  readonly #world: World;
  readonly #store: Store;
  readonly #history: History;
  readonly #receiver: Receiver;
  readonly #records: ReadonlyMap<string, AccountRecord>;
  readonly #release: Release;
  readonly #effects = new EffectWatch();

  constructor(parts: {
    readonly world: World;
    readonly store: Store;
    readonly history: History;
    readonly receiver: Receiver;
    readonly keys: readonly string[];
    readonly release: Release;
  }) {
    this.#release = parts.release;
    this.#world = parts.world;
    this.#store = parts.store;
    this.#history = parts.history;
    this.#receiver = parts.receiver;
    const violation = (text: string): void => this.#world.violation(text);
    this.#records = new Map(parts.keys.map((key) => [key, new AccountRecord(key, parts.history, violation)]));
  }

  /** The journals as they are now. */
  records(): ReadonlyMap<string, AccountRecord> {
    for (const record of this.#records.values()) record.follow(this.#store.stream("CONTROL"));
    return this.#records;
  }

  get commits(): number {
    return this.#store.stream("CONTROL").lastSequence;
  }

  /** What is wrong with a fold's last word; undefined when nothing is. */
  problemOf(lane: number, tally: Tally): string | undefined {
    const messages = this.#store.stream("EVENTS").messages;
    const said = { lane, tally };
    return problemOfTally(said, { messages, gaps: this.#gaps, upTo: messages.length });
  }

  /** What is committed and must still happen. */
  outstanding(): string[] {
    const records = this.records();
    const timers = [...records.values()].flatMap(({ key, timers: set }) =>
      [...set.keys()].map((name) => `timer ${name} of ${key}`),
    );
    const letters = this.#lettersDue().map((id) => `letter ${id}`);
    return [...timers, ...letters, ...this.#effects.missing(this.#evidence()).map((key) => `effect ${key}`)];
  }

  check(): void {
    const violation = (text: string): void => this.#world.violation(text);
    const records = this.records();
    checkAnswers(this.#history, records, violation);
    this.#effects.check(this.#evidence(), violation);
    const events = this.#store.stream("EVENTS");
    const { messages } = events;
    const evidence = { messages, gaps: this.#gaps };
    checkPoison(messages, { letters: this.#letters(), gaps: this.#gaps }, violation);
    checkTallies(this.#history.tallies, evidence, violation);
    checkGaps(this.#world.gaps, events.firstSequence, violation);
    this.#checkPublishers(violation);
    this.#checkCrashes(violation);
  }

  #evidence(): EffectEvidence {
    const givenUp = this.#letters().filter(({ what }) => what === "effect");
    return {
      records: this.#records,
      receiver: this.#receiver,
      events: this.#store.stream("EVENTS").messages,
      givenUp: new Set(givenUp.map(({ id }) => id)),
    };
  }

  /**
   * Gaps that excuse a missing message. While all that is purged is in the snapshots that every owner reads, there is no
   * excuse: a fold may have to tell of a purge that it cannot exclude to have met, but it has everything.
   */
  get #gaps(): readonly Gap[] {
    const { purge_unread: unread, stale_read: stale, partition, pause } = this.#world.faults;
    const otherEncoding = this.#release.begun && this.#release.newer.tally > 1;
    const mayLose = unread + stale + partition + pause > 0 || otherEncoding;
    return mayLose ? this.#world.gaps : [];
  }

  #letters(): readonly DeadLetter[] {
    return this.#store.stream("DEAD").messages.map(({ data }) => JSON.parse(decodeText(data)) as DeadLetter);
  }

  #checkPublishers(violation: (text: string) => void): void {
    const { messages } = this.#store.stream("EVENTS");
    for (const [id, { text, sequence }] of this.#history.published) {
      const stored = messages[sequence - 1];
      if (stored === undefined || decodeText(stored.data) !== text)
        violation(`stream: ${id} is not where it was acknowledged`);
    }
  }

  /** A command that crashed its actor is set aside, once. */
  #checkCrashes(violation: (text: string) => void): void {
    const letters = this.#letters().filter(({ what }) => what === "command");
    const ids = letters.map(({ id }) => id);
    for (const id of new Set(ids)) {
      const times = ids.filter((other) => other === id).length;
      if (times > 1) violation(`crashes: ${id} is set aside ${times} times`);
    }
    for (const id of this.#lettersDue()) violation(`crashes: ${id} is not set aside`);
  }

  /** Letters of crashed commands that nobody has written, or has said to be lost. A host that died owes none. */
  #lettersDue(): string[] {
    const { faults, lettersLost } = this.#world;
    if (faults.crash + faults.drain + faults.upgrade > 0) return [];
    const ids = new Set(this.#letters().map(({ id }) => id));
    return [...this.#history.operations.values()]
      .filter(({ crashed }) => crashed)
      .map(({ id, key }) => `${key}-${id}`)
      .filter((letter) => !ids.has(letter) && !lettersLost.has(letter));
  }
}
