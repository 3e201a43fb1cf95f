import type { EvaluationContext, KeptVariant } from "../protocols/decision.ts";
import { holds, type Check } from "./check.ts";
import type { Place } from "./hash-profiles/place.ts";
import type { PreloadedSalt } from "./preloaded-salt.ts";
import { refusals } from "./refusal.ts";
import type { Positions, Shares } from "./shares.ts";
import { textOf } from "./text.ts";
import { readUnit } from "./unit-words.ts";

/** "Is the unit's bucket in this range?", or in one of several. */
export interface Draw {
  readonly salt: PreloadedSalt;
  readonly from: number;
  readonly to: number;
  readonly others: readonly { readonly from: number; readonly to: number }[] | undefined;
}

export interface HoldoutDraw extends Draw {
  readonly endsAt: number;
}

/** What is asked before taking part comes up. Most experiments have a part of it at most. */
export interface Preliminaries {
  readonly isRunning: boolean;
  /** Epoch ms: from ≤ now < until. */
  readonly dates: { readonly from: number; readonly until: number } | undefined;
  readonly targeting: Check | undefined;
  readonly holdouts: readonly HoldoutDraw[];
  /** Set when variants are kept: those of which phase, and which there are. */
  readonly kept: { readonly phase: number; readonly variants: readonly string[] } | undefined;
}

/** How the variant is dealt: by buckets of a salt, or by the place under an imported recipe. */
export type Deal =
  | { readonly kind: "only"; readonly place: number }
  | { readonly kind: "salt"; readonly salt: PreloadedSalt; readonly shares: Shares }
  | { readonly kind: "recipe"; readonly place: Place; readonly positions: Positions };

export interface ExperimentParts {
  readonly key: string;
  readonly preliminaries: Preliminaries | undefined;
  readonly limit: number | undefined;
  readonly slots: Draw | undefined;
  readonly allocation: Draw | undefined;
  readonly deal: Deal;
}

/** No refusal and no kept variant: the questions about taking part are still to be asked. */
const open = -1_000_000;

/** An experiment of the plan, ready to assign: SPEC 3.4's questions in their order. */
export class ExperimentProgram {
  readonly #preliminaries: Preliminaries | undefined;
  readonly #limit: number | undefined;
  readonly #slots: Draw | undefined;
  readonly #allocation: Draw | undefined;
  readonly #deal: Deal;
  readonly #key: string;
  /** Those of higher priority with the same kind of unit, highest first. Only looked at under a limit. */
  #above: readonly ExperimentProgram[] = [];

  constructor(parts: ExperimentParts) {
    this.#preliminaries = parts.preliminaries;
    this.#limit = parts.limit;
    this.#slots = parts.slots;
    this.#allocation = parts.allocation;
    this.#deal = parts.deal;
    this.#key = parts.key;
  }

  /** Only once all of a plan's experiments are there can each know those above it. */
  rank(above: readonly ExperimentProgram[]): void {
    this.#above = above;
  }

  /** From 0 on the place of the variant in the experiment's list; below, one of `refusals`. */
  assign(context: EvaluationContext): number {
    if (this.#preliminaries !== undefined) {
      const early = this.#early(this.#preliminaries, context);
      if (early !== open) return early;
    }
    if (this.#limit !== undefined && this.#countAbove(this.#limit, context) >= this.#limit)
      return refusals.participation_limit;
    return this.#late(context);
  }

  /**
   * In how many experiments of higher priority the unit takes part, up to the limit. One pass from the highest down:
   * whoever stands above an experiment was counted when its own limit is asked, so nothing is asked twice.
   */
  #countAbove(limit: number, context: EvaluationContext): number {
    let count = 0;
    for (const other of this.#above) {
      const before = other.#preliminaries;
      const early = before === undefined ? open : other.#early(before, context);
      const mayTake = other.#limit === undefined || count < other.#limit;
      const takes = early === open ? mayTake && other.#late(context) >= 0 : early >= 0;
      if (takes && ++count >= limit) break;
    }
    return count;
  }

  /** Running, targeting, holdouts, and the variant that was kept. */
  #early({ isRunning, dates, targeting, holdouts, kept }: Preliminaries, context: EvaluationContext): number {
    const { now } = context;
    if (!isRunning) return refusals.no_active_experiment;
    if (dates !== undefined && !(now >= dates.from && now < dates.until))
      return refusals.no_active_experiment;
    if (targeting !== undefined && !holds(targeting, context)) return refusals.targeting_mismatch;
    if (holdouts.length > 0) {
      const unit = unitFor(context);
      for (let index = 0; index < holdouts.length; index++) {
        const holdout = holdouts[index] as HoldoutDraw;
        if (!(now >= holdout.endsAt) && isIn(holdout, unit)) return refusals.holdout - index;
      }
    }
    if (kept === undefined) return open;
    const place = kept.variants.indexOf(keptVariantOf(this.#key, kept.phase, context) ?? "");
    return place >= 0 ? place : open;
  }

  /** Slot, allocation, variant. */
  #late(context: EvaluationContext): number {
    const unit = unitFor(context);
    if (this.#slots !== undefined && !isIn(this.#slots, unit)) return refusals.domain_conflict;
    if (this.#allocation !== undefined && !isIn(this.#allocation, unit))
      return refusals.outside_traffic_allocation;
    const deal = this.#deal;
    switch (deal.kind) {
      case "only":
        return deal.place;
      case "salt": {
        const owner = deal.shares.ownerOf(bucketIn(deal.salt, unit));
        return owner >= 0 ? owner : refusals.no_variants;
      }
      case "recipe": {
        const position = deal.place(context);
        if (position === undefined) return refusals.no_key;
        const owner = deal.positions.ownerOf(position);
        return owner >= 0 ? owner : refusals.outside_traffic_allocation;
      }
    }
  }
}

/** Undefined once the unit is read: from then on its words are at hand for every salt (unit-words.ts). */
function unitFor(context: EvaluationContext): string | undefined {
  const unitId = textOf(context.unitId);
  return readUnit(unitId) ? undefined : unitId;
}

const bucketIn = (salt: PreloadedSalt, unit: string | undefined): number =>
  unit === undefined ? salt.bucketOfRead() : salt.bucketOf(unit);

function isIn({ salt, from, to, others }: Draw, unit: string | undefined): boolean {
  const bucket = bucketIn(salt, unit);
  if (bucket >= from && bucket < to) return true;
  if (others !== undefined)
    for (const range of others) if (bucket >= range.from && bucket < range.to) return true;
  return false;
}

/** Of another phase, or in a form that nobody promised, it counts for nothing. */
export function keptVariantOf(key: string, phase: number, context: EvaluationContext): string | undefined {
  const { kept } = context;
  if (typeof kept !== "object" || kept === null || !Object.hasOwn(kept, key)) return undefined;
  const entry: Partial<KeptVariant> | undefined = kept[key];
  return entry?.phase === phase && typeof entry.variant === "string" ? entry.variant : undefined;
}
