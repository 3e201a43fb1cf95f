import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { Plan } from "../../protocols/plan.ts";
import type { PackedPlan } from "../../protocols/published-plan.ts";
import { systemClock } from "../../runtime/index.ts";
import { machineMs } from "./machine-clock.ts";
import type { GatewayWorld } from "./world.ts";

export interface PreparedPlan {
  readonly version: number;
  readonly environment: EnvironmentKey;
  readonly packed: PackedPlan;
}

/** Puts one version of a plan after the other where gateways find them. */
export class PlanWriter {
  readonly #world: GatewayWorld;
  readonly #plan: Plan;
  #version = 0;

  constructor(world: GatewayWorld, plan: Plan) {
    this.#world = world;
    this.#plan = plan;
  }

  /** The next versions, ready to be put. */
  async prepare(count: number): Promise<readonly PreparedPlan[]> {
    const prepared: PreparedPlan[] = [];
    for (let index = 0; index < count; index++) {
      const version = ++this.#version;
      const packed = await this.#world.pack({ ...this.#plan, version });
      prepared.push({ version, environment: this.#plan.environment, packed });
    }
    return prepared;
  }

  /** Puts them one interval apart, the first after half of one; when each was handed to the message server, in machine time. */
  async put(plans: readonly PreparedPlan[], intervalMs: number): Promise<ReadonlyMap<number, number>> {
    const putAt = new Map<number, number>();
    const startMs = machineMs() + intervalMs / 2;
    for (const [index, { version, environment, packed }] of plans.entries()) {
      await systemClock.sleep(Math.max(0, startMs + index * intervalMs - machineMs()));
      putAt.set(version, machineMs());
      await this.#world.put(environment, packed);
    }
    return putAt;
  }
}
