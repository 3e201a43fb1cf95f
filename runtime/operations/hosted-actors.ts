import type { Rebuildable } from "../folds/rebuild.ts";
import type { Activation, ActivationView, HeldState } from "../hosting/activation.ts";
import type { Address } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";

/** A live actor of this host. */
export interface HostedActor {
  readonly address: Address;
  readonly shard: number;
  readonly epoch: number;
  readonly view: ActivationView;
  /** Since its last command. */
  readonly idleMs: number;
  /** Its committed state, where it has one that can be looked at. */
  readonly held: HeldState | undefined;
  readonly rebuildable: Rebuildable | undefined;
}

/** The live actors of one host. */
export interface HostedActors {
  list(): Iterable<HostedActor>;
  find(address: Address): HostedActor | undefined;
  /** Puts it to sleep, finished and in order, so that the next ask begins anew; false when it was not live. */
  evict(address: Address): Promise<boolean>;
}

/** What of a shard is needed here. */
interface Resident {
  readonly address: Address;
  readonly activation: Activation;
}
export interface ListedShard {
  readonly epoch: number;
  list(): Iterable<Resident>;
  evict(address: Address): Promise<boolean>;
}

/** The live actors of the shards that a host owns at the moment of asking. */
export function hostedActors(
  shards: ReadonlyMap<number, ListedShard>,
  shardOf: (address: Address) => number,
  clock: Clock,
): HostedActors {
  const seen = (shard: number, epoch: number, { address, activation }: Resident): HostedActor => ({
    address,
    shard,
    epoch,
    get view() {
      return activation.describe(); // looked at only for those that a list shows
    },
    get idleMs() {
      return Math.max(0, clock.monotonicMs() - activation.usedMs);
    },
    get held() {
      return activation.held;
    },
    get rebuildable() {
      return activation.rebuildable;
    },
  });
  return {
    *list() {
      for (const [number, shard] of shards)
        for (const resident of shard.list()) yield seen(number, shard.epoch, resident);
    },
    find: (address) => {
      const number = shardOf(address);
      const shard = shards.get(number);
      for (const resident of shard?.list() ?? [])
        if (resident.address.kind === address.kind && resident.address.key === address.key)
          return shard === undefined ? undefined : seen(number, shard.epoch, resident);
      return undefined;
    },
    evict: async (address) => (await shards.get(shardOf(address))?.evict(address)) ?? false,
  };
}
