import type { Evaluation, EvaluationContext } from "../protocols/decision.ts";
import type { Rollout } from "../protocols/flag.ts";
import { bucketCount } from "./bucket.ts";
import type { ExperimentProgram } from "./experiment.ts";
import type { Place } from "./hash-profiles/place.ts";
import type { PreloadedSalt } from "./preloaded-salt.ts";
import { shareAt } from "./rollout.ts";
import type { Positions, Shares } from "./shares.ts";
import { textOf } from "./text.ts";

/**
 * What a rule or the fallthrough gives. `place` from 0 on is an answer; below 0 evaluation goes on below, and `refusal`
 * is the answer should nothing else decide, if there is anything to say. Four classes, which is as many as a call site
 * keeps apart without a look-up. What serves everybody alike is no serving but an answer.
 */
export interface Serving {
  place(context: EvaluationContext): number;
  answer(place: number): Evaluation;
  refusal(place: number): Evaluation | undefined;
}

/** No raw key for an imported recipe. */
const noKey = -1;
/** Nobody's bucket: weights that do not add up, or imported ranges that leave a part of the scale out. */
const nobodys = -2;

/** The commonest split: two parts that share all buckets. Nothing but a number lies between the bucket and the answer. */
export class HalvesServing implements Serving {
  readonly #salt: PreloadedSalt;
  readonly #end: number;
  readonly #first: Evaluation;
  readonly #second: Evaluation;

  constructor(salt: PreloadedSalt, end: number, first: Evaluation, second: Evaluation) {
    this.#salt = salt;
    this.#end = end;
    this.#first = first;
    this.#second = second;
  }

  place(context: EvaluationContext): number {
    return this.#salt.bucketOf(textOf(context.unitId)) < this.#end ? 0 : 1;
  }

  answer(place: number): Evaluation {
    return place === 0 ? this.#first : this.#second;
  }

  refusal(): undefined {
    return undefined;
  }
}

export type Dealer =
  | { readonly kind: "salt"; readonly salt: PreloadedSalt; readonly shares: Shares }
  | { readonly kind: "recipe"; readonly place: Place; readonly positions: Positions };

export class SplitServing implements Serving {
  readonly #dealer: Dealer;
  readonly #only: number | undefined;
  readonly #answers: readonly Evaluation[];
  readonly #noKey: Evaluation;

  constructor(dealer: Dealer, answers: readonly Evaluation[], withoutKey: Evaluation) {
    this.#dealer = dealer;
    this.#only = dealer.kind === "salt" ? dealer.shares.only : undefined;
    this.#answers = answers;
    this.#noKey = withoutKey;
  }

  place(context: EvaluationContext): number {
    if (this.#only !== undefined) return this.#only;
    const dealer = this.#dealer;
    let owner: number;
    if (dealer.kind === "salt") owner = dealer.shares.ownerOf(dealer.salt.bucketOf(textOf(context.unitId)));
    else {
      const position = dealer.place(context);
      if (position === undefined) return noKey;
      owner = dealer.positions.ownerOf(position);
    }
    return owner < 0 ? nobodys : owner;
  }

  answer(place: number): Evaluation {
    return this.#answers[place] as Evaluation;
  }

  refusal(place: number): Evaluation | undefined {
    return place === noKey ? this.#noKey : undefined;
  }
}

export type SideAnswer = (isIn: boolean, share: number) => Evaluation | undefined;

/** Answers carry the share of the moment, so they are made when it first comes up: at most two for each of 10 001 shares. */
export class RolloutServing implements Serving {
  readonly #rollout: Rollout;
  readonly #salt: PreloadedSalt | undefined;
  readonly #recipe: Place | undefined;
  readonly #make: SideAnswer;
  readonly #noKey: { readonly final: boolean; readonly evaluation: Evaluation };
  readonly #answers = new Map<number, Evaluation>();

  constructor(
    rollout: Rollout,
    by: { readonly salt?: PreloadedSalt; readonly recipe?: Place },
    make: SideAnswer,
    withoutKey: { readonly final: boolean; readonly evaluation: Evaluation },
  ) {
    this.#rollout = rollout;
    this.#salt = by.salt;
    this.#recipe = by.recipe;
    this.#make = make;
    this.#noKey = withoutKey;
  }

  /** Twice the share, and 1 more for those outside. */
  place(context: EvaluationContext): number {
    const share = shareAt(this.#rollout, context.now);
    let isIn: boolean;
    if (this.#salt !== undefined) isIn = this.#salt.bucketOf(textOf(context.unitId)) < share;
    else {
      const position = this.#recipe?.(context);
      if (position === undefined) return this.#noKey.final ? withoutKeyPlace : noKey;
      isIn = position < share / bucketCount;
    }
    if (isIn) return share * 2;
    return this.#rollout.otherwise === undefined ? nobodys : share * 2 + 1;
  }

  answer(place: number): Evaluation {
    if (place === withoutKeyPlace) return this.#noKey.evaluation;
    const known = this.#answers.get(place);
    if (known !== undefined) return known;
    const made = this.#make(place % 2 === 0, Math.floor(place / 2)) as Evaluation;
    this.#answers.set(place, made);
    return made;
  }

  refusal(place: number): Evaluation | undefined {
    return place === noKey ? this.#noKey.evaluation : undefined;
  }
}

/** Beyond every share. */
const withoutKeyPlace = 4 * bucketCount;

export class ExperimentServing implements Serving {
  readonly #experiment: ExperimentProgram;
  readonly #assigned: readonly Evaluation[];
  readonly #makeRefused: (place: number) => Evaluation;
  /** With an `otherwise`, a refusal is an answer like any other. */
  readonly #isFinal: boolean;
  readonly #refused: (Evaluation | undefined)[] = [];

  constructor(
    experiment: ExperimentProgram,
    assigned: readonly Evaluation[],
    makeRefused: (place: number) => Evaluation,
    isFinal: boolean,
  ) {
    this.#experiment = experiment;
    this.#assigned = assigned;
    this.#makeRefused = makeRefused;
    this.#isFinal = isFinal;
  }

  place(context: EvaluationContext): number {
    const place = this.#experiment.assign(context);
    return place >= 0 || !this.#isFinal ? place : finalRefusal - place;
  }

  answer(place: number): Evaluation {
    return place < finalRefusal ? (this.#assigned[place] as Evaluation) : this.refusal(finalRefusal - place);
  }

  refusal(place: number): Evaluation {
    return (this.#refused[~place] ??= this.#makeRefused(place));
  }
}

/** Refusals that are answers take the places behind those of the variants, of which there are 50 at most. */
const finalRefusal = 1_000;
