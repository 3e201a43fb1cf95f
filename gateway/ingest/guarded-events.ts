import type { Metric } from "../../protocols/metric.ts";
import { eventsOf } from "../../protocols/metric-shape.ts";
import type { EventRecord } from "../../protocols/log-record.ts";
import type { LivePlan } from "../live-plan.ts";

/** Which of a plan's events a guardrail of a running experiment reads; made when first asked. */
export class GuardedEvents {
  readonly #byPlan = new WeakMap<LivePlan, ReadonlySet<string>>();

  /** Exposures say who counts, consent and identities who may: without them a guardrail would judge the wrong units. */
  has(plan: LivePlan, record: EventRecord): boolean {
    switch (record.type) {
      case "exposure":
      case "identify":
      case "consent":
        return true;
      case "metric":
        return this.#namesOf(plan).has(record.name);
      case "decision":
      case "slot":
      case "reward":
      case "shadow":
        return false;
    }
  }

  #namesOf(plan: LivePlan): ReadonlySet<string> {
    const known = this.#byPlan.get(plan);
    if (known !== undefined) return known;
    const names = guardedNames(plan);
    this.#byPlan.set(plan, names);
    return names;
  }
}

function guardedNames({ experiments, plan }: LivePlan): ReadonlySet<string> {
  const metrics = new Map<string, Metric>(Object.entries(plan.metrics));
  const names = new Set<string>();
  for (const { status, metrics: read, frozenMetrics } of experiments.values()) {
    if (status !== "running") continue;
    for (const key of read.guardrails) {
      const metric = frozenMetrics?.find((each) => each.key === key) ?? metrics.get(key);
      if (metric !== undefined) for (const name of eventsOf(metric.definition)) names.add(name);
    }
  }
  return names;
}
