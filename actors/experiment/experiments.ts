import type { EventSource } from "../../protocols/event-source.ts";
import type { ExperimentDefinition } from "../../protocols/experiment.ts";
import { canonicalJson } from "../../protocols/json.ts";
import type { EventPlan } from "./event-plan.ts";
import { sourceReader, type ReadSource } from "./source-reader.ts";
import { Tally, type TallyImage } from "./tally.ts";

// The experiments of an environment in one partition, each in a slot, and who reads which event name. Made anew with each
// definition, so that an event looks up its name once and meets nobody who does not read it. A source that takes some of a
// name's events only, or another value of them, has a name of its own (event-source.ts): whoever reads it meets its events
// alone, and all that is kept of them is which source they were of.

export interface EventName {
  readonly text: string;
  readonly index: number;
  /** A bit for each slot that reads it. */
  readonly readers: Uint32Array;
  /** By slot. */
  readonly plans: readonly (EventPlan | undefined)[];
  /** Sources that take some of its events, or other values. Absent: none, as of most names. */
  derived?: { readonly name: EventName; readonly read: ReadSource }[];
}

export interface ExperimentsImage {
  readonly tallies: readonly TallyImage[];
  readonly names: readonly string[];
}

export class Experiments {
  readonly #slotOf = new Map<string, number>();
  readonly #tallies: Tally[] = [];
  /** Numbers of names stay what they are: held events are known by them. */
  #names: EventName[] = [];
  readonly #nameOf = new Map<string, EventName>();
  readonly #changed = new Set<Tally>();

  constructor(image?: ExperimentsImage) {
    for (const tally of image?.tallies ?? []) {
      this.#slotOf.set(tally.definition.experiment.key, this.#tallies.length);
      this.#tallies.push(new Tally(tally.definition, tally));
    }
    this.#plan(image?.names ?? []);
  }

  /** 32-bit words with a bit for each slot. */
  get words(): number {
    return Math.max(1, Math.ceil(this.#tallies.length / 32));
  }

  get all(): readonly Tally[] {
    return this.#tallies;
  }

  slotOf(experiment: string): number | undefined {
    return this.#slotOf.get(experiment);
  }

  at(slot: number): Tally {
    return this.#tallies[slot] as Tally;
  }

  tally(experiment: string): Tally | undefined {
    const slot = this.#slotOf.get(experiment);
    return slot === undefined ? undefined : this.#tallies[slot];
  }

  /** The slot of an experiment in that phase. */
  slotIn(experiment: string, phase: number): number | undefined {
    const slot = this.#slotOf.get(experiment);
    return slot !== undefined && this.at(slot).definition.experiment.phase === phase ? slot : undefined;
  }

  name(text: string): EventName | undefined {
    return this.#nameOf.get(text);
  }

  nameAt(index: number): EventName {
    return this.#names[index] as EventName;
  }

  /** Takes a definition. Answers with the slot that begins anew with it, if one does. */
  define(definition: ExperimentDefinition): number | undefined {
    const { key, phase } = definition.experiment;
    const slot = this.#slotOf.get(key);
    const present = slot === undefined ? undefined : this.at(slot);
    if (present !== undefined && phase <= present.definition.experiment.phase) {
      if (canonicalJson(present.definition) === canonicalJson(definition)) return undefined;
      present.definition = definition; // status and texts; what is counted cannot change within a phase
      this.changed(present);
      return undefined;
    }
    if (present !== undefined) this.#changed.delete(present);
    const begun = slot ?? this.#tallies.length;
    this.#slotOf.set(key, begun);
    this.#tallies[begun] = new Tally(definition);
    this.#plan(this.#names.map(({ text }) => text));
    this.changed(this.at(begun));
    return begun;
  }

  changed(tally: Tally): void {
    if (tally.isChanged) return;
    tally.isChanged = true;
    this.#changed.add(tally);
  }

  /** The experiments whose sums changed since the last look. */
  takeChanged(): string[] {
    const keys = [...this.#changed].map((tally) => {
      tally.isChanged = false;
      return tally.definition.experiment.key;
    });
    this.#changed.clear();
    return keys;
  }

  image(): ExperimentsImage {
    return {
      tallies: this.#tallies.map((tally) => tally.image()),
      names: this.#names.map(({ text }) => text),
    };
  }

  #plan(known: readonly string[]): void {
    const sources = new Map<string, EventSource>();
    for (const tally of this.#tallies)
      for (const [key, source] of tally.sources) if (key !== source.event) sources.set(key, source);
    const texts = new Set([
      ...known,
      ...this.#tallies.flatMap(({ plans }) => [...plans.keys()]),
      ...[...sources.values()].map(({ event }) => event),
    ]);
    this.#names = [...texts].map((text, index) => {
      const plans = this.#tallies.map((tally) => tally.plans.get(text));
      const readers = new Uint32Array(this.words);
      for (const [slot, plan] of plans.entries())
        if (plan !== undefined)
          readers[slot >>> 5] = ((readers[slot >>> 5] as number) | (1 << (slot & 31))) >>> 0;
      return { text, index, readers, plans };
    });
    for (const name of this.#names) this.#nameOf.set(name.text, name);
    for (const [key, source] of sources) {
      const [base, name] = [this.#nameOf.get(source.event), this.#nameOf.get(key)];
      if (base !== undefined && name !== undefined)
        (base.derived ??= []).push({ name, read: sourceReader(source) });
    }
  }
}
