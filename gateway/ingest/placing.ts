import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import { partitionOf } from "../../protocols/topology.ts";
import type { Batch, Batcher } from "./batcher.ts";
import { RecentIds } from "./recent-ids.ts";
import type { RecordText } from "./record-text.ts";

// Records into batches, each once.
//   P1. An id is a duplicate when its batch was stored, or while it is under way: then the caller waits for that one.
//   P2. An id whose batch was lost is as good as new.
//   P3. An id that said something else is refused; whoever said it first is counted.

export type Placed = "new" | "duplicate" | "reused";

/** Batches that were lost and whose ids are still remembered; above this all ids are forgotten, which the folds mend. */
const lostMax = 10_000;

export interface Place {
  readonly environment: EnvironmentKey;
  readonly partitions: number;
  /** Filled with what the answer has to wait for. */
  readonly awaited: Set<Batch>;
  /** Characters of the lines that were placed. */
  size: number;
}

export class Placing {
  readonly #batcher: Batcher;
  readonly #recent = new Map<string, RecentIds>();
  readonly #live = new Map<number, Batch>();
  readonly #lost = new Set<number>();

  constructor(batcher: Batcher) {
    this.#batcher = batcher;
  }

  /** What would become of it, without placing it. */
  judge({ id, content }: RecordText, place: Place): Placed {
    const known = this.#recent.get(place.environment)?.find(id, content);
    if (known === undefined || this.#lost.has(known.batch)) return "new"; // P2
    if (!known.same) return "reused"; // P3
    const batch = this.#live.get(known.batch);
    if (batch !== undefined) place.awaited.add(batch);
    return "duplicate"; // P1
  }

  put({ line, id, content }: RecordText, unit: UnitId, place: Place): void {
    const batch = this.#add(line, unit, place);
    this.#recentOf(place.environment).set(id, content, batch.number);
  }

  /** Into the partitions of both units. Its id is known once both copies are stored: one of them is no event yet. */
  putTwice(text: RecordText, [unit, other]: readonly [UnitId, UnitId], place: Place): void {
    const { partitions, environment } = place;
    if (partitionOf(unit, partitions) === partitionOf(other, partitions)) return this.put(text, unit, place);
    const batches = [this.#add(text.line, unit, place), this.#add(text.line, other, place)] as const;
    void Promise.all(batches.map((batch) => batch.outcome)).then((outcomes) => {
      if (outcomes.every(({ ok }) => ok))
        this.#recentOf(environment).set(text.id, text.content, batches[0].number);
    });
  }

  #add(line: string, unit: UnitId, place: Place): Batch {
    const batch = this.#batcher.add(place.environment, partitionOf(unit, place.partitions), line);
    place.awaited.add(batch);
    place.size += line.length;
    if (!this.#live.has(batch.number)) this.#watch(batch);
    return batch;
  }

  #watch(batch: Batch): void {
    this.#live.set(batch.number, batch);
    void batch.outcome.then(({ ok }) => {
      this.#live.delete(batch.number);
      if (!ok) this.#lost.add(batch.number);
      if (this.#lost.size <= lostMax) return;
      this.#lost.clear();
      this.#recent.clear();
    });
  }

  #recentOf(environment: EnvironmentKey): RecentIds {
    let recent = this.#recent.get(environment);
    if (recent === undefined) this.#recent.set(environment, (recent = new RecentIds()));
    return recent;
  }
}
