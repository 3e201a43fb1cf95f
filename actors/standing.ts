import type { KeyValue } from "../runtime/index.ts";
import { Directory } from "../protocols/directory.ts";
import type { EnvironmentKey } from "../protocols/ids.ts";
import { environmentOfEntry, liveOfEntry, readPlanEntry } from "../protocols/published-plan.ts";
import { experimentAddressKey, kinds, partitionKey } from "../protocols/topology.ts";

export interface StandingAddress {
  readonly kind: string;
  readonly key: string;
}

/**
 * What must run without being asked: every partition fold of every environment, and the coordinator of every live
 * experiment. Learnt from the directory and the plans, which are followed.
 */
export class Standing {
  #directory: Directory | undefined;
  readonly #plans = new Map<EnvironmentKey, readonly string[]>();
  readonly #onChange: () => void;

  constructor(onChange: () => void) {
    this.#onChange = onChange;
  }

  async open(directory: KeyValue, plans: KeyValue): Promise<() => Promise<void>> {
    const decoder = new TextDecoder();
    const stopDirectory = await directory.follow(({ value }) => {
      this.#directory = Directory.parse(JSON.parse(decoder.decode(value)));
      this.#onChange();
    });
    const stopPlans = await plans.follow(({ value }) => {
      const entry = readPlanEntry(value);
      if (entry === undefined) return; // not an environment's
      const environment = environmentOfEntry(entry);
      this.#plans.set(
        environment,
        liveOfEntry(entry).map((key) => experimentAddressKey(environment, key)),
      );
      this.#onChange();
    });
    return async () => {
      await stopDirectory();
      await stopPlans();
    };
  }

  partitionsOf(environment: EnvironmentKey): number | undefined {
    return this.#directory?.environments.find(({ key }) => key === environment)?.partitions;
  }

  addresses(): readonly StandingAddress[] {
    const environments = this.#directory?.environments.filter(({ archived }) => !archived) ?? [];
    return environments.flatMap(({ key, partitions }) => [
      ...Array.from({ length: partitions }, (_, partition) => ({
        kind: kinds.partition,
        key: partitionKey(key, partition),
      })),
      ...(this.#plans.get(key) ?? []).map((address) => ({ kind: kinds.experiment, key: address })),
    ]);
  }
}
