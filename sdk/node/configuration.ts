import { createPublicKey, type KeyObject } from "node:crypto";
import { evaluate } from "../../evaluation/evaluate.ts";
import { program, type Program } from "../../evaluation/program.ts";
import { etagOf, verifyEd25519 } from "../../evaluation/sign.ts";
import type { Evaluation, EvaluationContext } from "../../protocols/decision.ts";
import { planFormat, type Plan, type SignedPlan } from "../../protocols/plan.ts";
import { messageOf, type NoticeListener } from "./notice.ts";

// The configuration in force.
//   C1. Only a plan that matches its etag (and the public key, when we have one) is taken.
//   C2. The version never goes back.
//   C3. A refused plan changes nothing: the old one keeps serving.

interface Current {
  readonly plan: Plan;
  readonly etag: string;
  readonly program: Program;
}

export interface ConfigurationInfo {
  readonly version: number;
  readonly etag: string;
  /** Since the service last confirmed it; absent when it never did (bootstrap). */
  readonly ageMs?: number;
}

export class Configuration {
  readonly #publicKey: KeyObject | undefined;
  readonly #onError: NoticeListener;
  #current: Current | undefined;
  #confirmedAt: number | undefined;

  constructor(options: { readonly publicKey?: string; readonly onError: NoticeListener }) {
    this.#publicKey = options.publicKey === undefined ? undefined : createPublicKey(options.publicKey);
    this.#onError = options.onError;
  }

  get plan(): Plan | undefined {
    return this.#current?.plan;
  }

  get etag(): string | undefined {
    return this.#current?.etag;
  }

  info(now: number): ConfigurationInfo | undefined {
    if (this.#current === undefined) return undefined;
    const { plan, etag } = this.#current;
    return {
      version: plan.version,
      etag,
      ...(this.#confirmedAt === undefined ? {} : { ageMs: now - this.#confirmedAt }),
    };
  }

  /** The service says that what we have is current. */
  confirm(now: number): void {
    this.#confirmedAt = now;
  }

  /** Takes a newer plan. False when it was refused. */
  offer(signed: unknown): boolean {
    const problem = this.#problemOf(signed);
    if (problem !== undefined) {
      this.#onError({ code: "bad_configuration", reason: problem });
      return false; // C3
    }
    const { plan, etag } = signed as SignedPlan;
    if (this.#current !== undefined && plan.version <= this.#current.plan.version) return true; // C2
    try {
      this.#current = { plan, etag, program: program(plan) };
      return true;
    } catch (error) {
      this.#onError({ code: "bad_configuration", reason: messageOf(error) });
      return false;
    }
  }

  evaluate(flagKey: string, context: EvaluationContext): Evaluation | undefined {
    return this.#current === undefined ? undefined : evaluate(this.#current.program, flagKey, context);
  }

  // The etag covers every byte of the plan, so it is checked instead of each member's shape: a newer service may add
  // members that this client does not know and need not refuse.
  #problemOf(signed: unknown): string | undefined {
    if (typeof signed !== "object" || signed === null || !("plan" in signed) || !("etag" in signed))
      return "not a signed plan";
    const candidate = signed as SignedPlan;
    if (typeof candidate.plan !== "object" || candidate.plan === null) return "the plan is missing";
    const format: unknown = candidate.plan.format;
    // Format 1 is format 2 without some members, and the evaluator takes both.
    if (format !== 1 && format !== planFormat)
      return `format ${String(format)}, expected ${String(planFormat)}`;
    if (etagOf(candidate.plan) !== candidate.etag) return "the plan does not match its etag"; // C1
    if (this.#publicKey !== undefined && !verifyEd25519(candidate, this.#publicKey))
      return "the plan is not signed with the expected key";
    return undefined;
  }
}
