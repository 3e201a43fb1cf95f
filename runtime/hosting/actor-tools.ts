import type { Clock } from "../ports/clock.ts";
import type { ActorClient } from "../messaging/client.ts";
import type { Connection, KeyValue } from "../ports/connection.ts";
import type { JournalLog } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { RuntimeMetrics } from "../observability/metrics.ts";
import type { Tracer } from "../observability/tracing.ts";
import type { Random } from "../ports/random.ts";
import type { Snapshots } from "../ports/snapshots.ts";

/** Everything an activation may touch. Doubles of these make a whole actor testable without a server. */
export interface ActorTools {
  readonly journal: JournalLog;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: RuntimeMetrics;
  readonly tracer: Tracer;
  readonly messaging: Pick<Connection["messaging"], "publish">;
  readonly reader: Pick<Connection["reader"], "follow" | "bounds">;
  readonly writer: Pick<Connection["writer"], "append">;
  /** Asks other actors. */
  readonly client: Pick<ActorClient, "ask">;
  /** Where it is noted when sleeping actors must be woken. */
  readonly wakes: KeyValue;
  readonly shardCount: number;
}

/** The claim under which an activation acts. */
export interface Ownership {
  /** Name of the host, noted in fences. */
  readonly host: string;
  readonly epoch: number;
  /** The claim stands as far as we know. Appends go on while it does. */
  readonly owned: () => boolean;
  /** Nobody can have taken over yet: memory may answer without asking the journal. */
  readonly vouched: () => boolean;
  /** A newer epoch showed itself: the whole shard is not ours any more. */
  readonly surrender: () => void;
}
