import type { Reply } from "../protocols/errors.ts";

/**
 * A live object that one host of the cluster runs per key, without a journal: its state can be rebuilt from others.
 * It starts when its host owns the key's shard and stops when it does not.
 */
export interface ServiceBehaviour<Failed> {
  readonly kind: string;
  start(key: string): Promise<RunningService<Failed>>;
}

export interface RunningService<Failed> {
  ask(message: unknown): Promise<Reply<unknown, Failed>>;
  /** Idempotent and bounded. */
  stop(): Promise<void>;
}
