import type { Clock } from "./clock.ts";
import type { Connection } from "./connection.ts";
import type { JournalLog } from "./journal.ts";
import type { Log } from "./log.ts";
import type { RuntimeMetrics } from "./metrics.ts";
import type { Random } from "./random.ts";
import type { Snapshots } from "./snapshots.ts";

/** Everything an activation may touch. Doubles of these make a whole actor testable without a server. */
export interface ActorTools {
  readonly journal: JournalLog;
  readonly snapshots: Snapshots;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: RuntimeMetrics;
  readonly messaging: Pick<Connection["messaging"], "publish">;
  readonly reader: Pick<Connection["reader"], "follow">;
  readonly writer: Pick<Connection["writer"], "append">;
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
