import type { PublishedVersion } from "../../protocols/environment-messages.ts";
import { succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { UnitId } from "../../protocols/ids.ts";
import { planOfAnswer, type PlanAnswer } from "../../protocols/plan-answer.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { Call, Room } from "../call.ts";
import { ask, environmentActor } from "../control/ask.ts";
import type { LivePlan } from "../live-plan.ts";

/** At 5 MB each, 40 MB. */
const plansMax = 8;

/** Plans of earlier versions, for explaining by them: the environment compiles them again, and the last few are kept. */
export class EarlierPlans {
  readonly #plans = new Map<string, Plan>();

  async get(
    room: Room,
    call: Call,
    live: LivePlan,
    which: { readonly version: number } | { readonly at: number },
    unit: UnitId,
  ): Promise<Outcome<Plan>> {
    const actor = environmentActor(live.environment);
    let version: number;
    if ("version" in which) ({ version } = which);
    else {
      const found = await ask<PublishedVersion>(room, call, actor, { type: "version_at", at: which.at });
      if (!found.ok) return found;
      ({ version } = found.value);
    }
    if (version === live.version) return succeed(live.plan);
    const key = `${live.environment}/${version}`;
    const known = this.#plans.get(key);
    if (known !== undefined) return succeed(known);
    const answer = await ask<PlanAnswer>(room, call, actor, { type: "get_plan", version });
    if (answer.ok) return succeed(this.#keep(key, planOfAnswer(answer.value)));
    if (answer.failure.code !== "too_large") return answer;
    // Its unit lists do not fit an answer; of this one unit they do, and it is of no use to others.
    const ofUnit = await ask<PlanAnswer>(room, call, actor, { type: "get_plan", version, unit });
    return ofUnit.ok ? succeed(planOfAnswer(ofUnit.value)) : ofUnit;
  }

  #keep(key: string, plan: Plan): Plan {
    const oldest = this.#plans.size >= plansMax ? this.#plans.keys().next().value : undefined;
    if (oldest !== undefined) this.#plans.delete(oldest);
    this.#plans.set(key, plan);
    return plan;
  }
}
