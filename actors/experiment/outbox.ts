import type { UnitId } from "../../protocols/ids.ts";
import type { BotRecord, MergeRecord } from "../../protocols/log-record.ts";
import { handoverOf, jsonOf, recordsPerHandoverMax, type Forwarded, type Handover } from "./handover.ts";

// What a partition writes to other partitions' subjects, or to its own.
//   O1. It waits here until the stream has it.
//   O2. Replayed, it has the same id again: one of the record that made it and a number.

/** A record for the partition of a unit. */
export interface Outgoing {
  readonly to: UnitId;
  readonly record: MergeRecord | BotRecord;
}

/** Whose, and whom it counts as. */
export type Linked = Pick<MergeRecord, "unit" | "known" | "at">;

export class Outbox {
  readonly #key: string;
  #waiting: Outgoing[];
  /** Of the record that is taken. */
  #position = 0;
  #made = 0;

  constructor(key: string, waiting: readonly Outgoing[] = []) {
    this.#key = key;
    this.#waiting = [...waiting];
  }

  get waiting(): readonly Outgoing[] {
    return this.#waiting;
  }

  /** What follows is made by the record at this position. */
  at(position: number): void {
    if (position !== this.#position) this.#made = 0;
    this.#position = position;
  }

  /** The stream has these, by id. */
  sent(ids: ReadonlySet<string>): void {
    this.#waiting = this.#waiting.filter(({ record }) => !ids.has(record.id));
  }

  takeOver(from: Outbox): void {
    this.#waiting = [...from.#waiting];
  }

  reportBot(unit: UnitId, at: number): void {
    this.#waiting.push({ to: unit, record: { type: "bot", id: `${this.#key}/bot/${unit}`, at, unit } });
  }

  handOver({ unit, known, at }: Linked, handover: Handover): void {
    const id = this.#idOf(this.#made++);
    const record: MergeRecord = { type: "merge", id, at, unit, known, state: jsonOf(handover) };
    this.#waiting.push({ to: known, record });
  }

  /** Records for the same unit that follow one another travel together. */
  forward(whose: Linked, forwarded: Forwarded, hops: number): void {
    const last = this.#waiting.at(-1);
    const isOurs = last?.to === whose.known && last.record.id === this.#idOf(this.#made - 1);
    const before = isOurs && last.record.type === "merge" ? last.record : undefined;
    const handover = before === undefined ? undefined : handoverOf(before);
    if (before !== undefined && handover?.kind === "records" && handover.hops === hops)
      if (handover.records.length < recordsPerHandoverMax) {
        const state = jsonOf({ ...handover, records: [...handover.records, forwarded] });
        this.#waiting[this.#waiting.length - 1] = { to: whose.known, record: { ...before, state } };
        return;
      }
    this.handOver(whose, { kind: "records", records: [forwarded], hops });
  }

  #idOf(made: number): string {
    return `${this.#key}/${this.#position}/${made}`;
  }
}
