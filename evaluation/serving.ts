import type { Evaluation, EvaluationContext } from "../protocols/decision.ts";
import type { Rollout } from "../protocols/flag.ts";
import { bucketCount } from "./bucket.ts";
import type { ExperimentProgram } from "./experiment.ts";
import type { Place } from "./hash-profiles/place.ts";
import type { PreloadedSalt } from "./preloaded-salt.ts";
import { shareAt } from "./rollout.ts";
import type { Shares } from "./shares.ts";
import { textOf } from "./text.ts";

/**
 * What a rule or the fallthrough gives. `place` from 0 on is an answer; below 0 evaluation goes on below, and `refusal`
 * is the answer should nothing else decide, if there is anything to say. Four classes, which is as many as a call site
 * keeps apart without a look-up.
 */
export interface Serving {
  place(context: EvaluationContext): number;
  answer(place: number): Evaluation;
  refusal(place: number): Evaluation | undefined;
}

/** The same for everybody: a variation, with or without a shadow. */
export class ConstantServing implements Serving {
  readonly #answer: Evaluation;

  constructor(answer: Evaluation) {
    this.#answer = answer;
  }

  place(): number {
    return 0;
  }

  answer(): Evaluation {
    return this.#answer;
  }

  refusal(): undefined {
    return undefined;
  }
}

/** No raw key for an imported recipe. */
const noKey = -1;
/** Nobody's bucket: weights that do not add up, or imported ranges that leave a part of the scale out. */
const nobodys = -2;

export class SplitServing implements Serving {
  readonly #salt: PreloadedSalt | undefined;
  readonly #recipe: Place | undefined;
  readonly #shares: Shares;
  readonly #only: number | undefined;
  readonly #answers: readonly Evaluation[];
  readonly #noKey: Evaluation;

  constructor(
    by: { readonly salt?: PreloadedSalt; readonly recipe?: Place },
    shares: Shares,
    answers: readonly Evaluation[],
    withoutKey: Evaluation,
  ) {
    this.#salt = by.salt;
    this.#recipe = by.recipe;
    this.#shares = shares;
    this.#only = by.salt === undefined ? undefined : shares.only;
    this.#answers = answers;
    this.#noKey = withoutKey;
  }

  place(context: EvaluationContext): number {
    if (this.#only !== undefined) return this.#only;
    if (this.#salt !== undefined) {
      const owner = this.#shares.ownerOf(this.#salt.bucketOf(textOf(context.unitId)));
      return owner < 0 ? nobodys : owner;
    }
    const position = this.#recipe?.(context);
    if (position === undefined) return noKey;
    const owner = this.#shares.ownerOf(position);
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
