import type { ActorTools, Ownership } from "../hosting/actor-tools.ts";
import { systemClock } from "../ports/clock.ts";
import { silentLog } from "../ports/log.ts";
import { MemoryKeyValue } from "../memory/key-value.ts";
import { shardCountDefault } from "../messaging/address.ts";
import { fail } from "../../protocols/errors.ts";
import { MemorySnapshots } from "../memory/snapshots.ts";
import { MemoryJournal } from "../memory/journal.ts";
import { runtimeMetrics } from "../observability/metrics.ts";
import { noTracer } from "../observability/tracing.ts";
import { seededRandom } from "../ports/random.ts";

/** Tools over memory: no server, the real clock. */
export function memoryTools(overrides: Partial<ActorTools> = {}): ActorTools {
  return {
    journal: new MemoryJournal(),
    snapshots: new MemorySnapshots(),
    clock: systemClock,
    random: seededRandom(7),
    log: silentLog,
    metrics: runtimeMetrics(undefined),
    tracer: noTracer,
    messaging: { publish: () => {} },
    reader: {
      follow: async ({ after }) => ({ position: after, stop: async () => {} }),
      bounds: async () => ({ first: 1, last: 0 }),
    },
    client: { ask: async () => fail({ code: "unavailable", reason: "nobody", retryAfterMs: 1 }) },
    wakes: new MemoryKeyValue(),
    shardCount: shardCountDefault,
    writer: { append: async () => ({ kind: "stored", sequence: 1 }) },
    ...overrides,
  };
}

export interface TestOwnership extends Ownership {
  surrendered: boolean;
}

export function ownershipOf(epoch: number, host = "test"): TestOwnership {
  const ownership: TestOwnership = {
    host,
    epoch,
    surrendered: false,
    owned: () => !ownership.surrendered,
    vouched: () => true,
    surrender: () => {
      ownership.surrendered = true;
    },
  };
  return ownership;
}
