import { assert } from "../../protocols/assert.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import { Entity } from "../entity/entity.ts";
import type { AnyBehaviour } from "../entity/envelope.ts";
import { FoldActor } from "../folds/fold-actor.ts";
import type { AnyFold } from "../folds/fold-actor.ts";
import type { Address } from "../messaging/address.ts";
import type { Activation } from "./activation.ts";
import type { ActorTools, Ownership } from "./actor-tools.ts";
import { ServiceActor } from "./service-actor.ts";
import type { AnyService } from "./service-actor.ts";

/** Brings an actor to life; `unknown_kind` and `unknown_key` for what this host cannot host. */
export type Activate = (address: Address, ownership: Ownership) => Reply<Activation>;

interface Kind {
  readonly accepts?: (key: string) => boolean;
  readonly make: (address: Address, ownership: Ownership) => Activation;
}

export function activator(
  known: {
    readonly actors: readonly AnyBehaviour[];
    readonly folds: readonly AnyFold[];
    readonly services: readonly AnyService[];
  },
  tools: ActorTools,
): Activate {
  const kinds = new Map<string, Kind>();
  const add = (
    behaviour: { readonly kind: string; accepts?(key: string): boolean },
    make: Kind["make"],
  ): void => {
    const { kind } = behaviour;
    assert(!kinds.has(kind), `two behaviours of kind ${kind}`);
    const accepts = behaviour.accepts?.bind(behaviour);
    kinds.set(kind, accepts === undefined ? { make } : { make, accepts });
  };
  for (const actor of known.actors)
    add(actor, (address, ownership) => new Entity(actor, address, tools, ownership));
  for (const fold of known.folds) add(fold, (address) => new FoldActor(fold, address, tools));
  for (const service of known.services) add(service, (address) => new ServiceActor(service, address, tools));
  return (address, ownership) => {
    const kind = kinds.get(address.kind);
    if (kind === undefined) return fail({ code: "unknown_kind", kind: address.kind });
    if (kind.accepts?.(address.key) === false) return fail({ code: "unknown_key", ...address });
    return succeed(kind.make(address, ownership));
  };
}
