import type { Clock } from "../../runtime/index.ts";
import type { Kept, UnitPlace, Wanted } from "./store.ts";

/** Two generations of 25 000 units of about 300 B each: 15 MB. */
const generationSizeMax = 25_000;
/** What is kept stays; that nothing is kept yet may change at another gateway. */
const absenceMsMax = 2_000;

interface Known {
  readonly kept: Kept;
  readonly readAt: number;
}

/** What the store said lately. */
export class KeptCache {
  readonly #clock: Clock;
  #young = new Map<string, Known>();
  #old = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Undefined when the store must be asked. */
  get(place: UnitPlace, wanted: readonly Wanted[]): Kept | undefined {
    const key = keyOf(place);
    const known = this.#young.get(key) ?? this.#old.get(key);
    if (known === undefined) return undefined;
    if (this.#clock.monotonicMs() - known.readAt < absenceMsMax) return known.kept;
    const isWhole = wanted.every(
      ({ experiment, phase }) =>
        Object.hasOwn(known.kept, experiment) && known.kept[experiment]?.phase === phase,
    );
    return isWhole ? known.kept : undefined;
  }

  set(place: UnitPlace, kept: Kept): void {
    if (this.#young.size >= generationSizeMax) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(keyOf(place), { kept, readAt: this.#clock.monotonicMs() });
  }
}

const keyOf = ({ environment, unitId }: UnitPlace): string => `${environment}/${unitId}`;
