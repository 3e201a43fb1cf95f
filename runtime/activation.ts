import type { ActorReply, Command } from "./command.ts";

/** A live actor of any kind, as its shard sees it. */
export interface Activation {
  ask(command: Command): Promise<ActorReply>;
  /** Finishes what is under way and keeps what is worth keeping. Idempotent and bounded. */
  stop(): Promise<void>;
  /** Something is under way, so it must not be put to sleep. */
  readonly busy: boolean;
  /** Monotonic time of the last command. */
  readonly usedMs: number;
}
