import { assert } from "../../protocols/assert.ts";
import type { Activation } from "./activation.ts";
import type { ActorTools, Ownership } from "./actor-tools.ts";
import type { Address } from "../messaging/address.ts";
import { Entity } from "../entity/entity.ts";
import type { AnyBehaviour } from "../entity/envelope.ts";
import { FoldActor } from "../folds/fold-actor.ts";
import type { AnyFold } from "../folds/fold-actor.ts";
import { ServiceActor } from "./service-actor.ts";
import type { AnyService } from "./service-actor.ts";

/** Brings an actor of a known kind to life; undefined for a kind that this host was not given. */
export type Activate = (address: Address, ownership: Ownership) => Activation | undefined;

export function activator(
  known: {
    readonly actors: readonly AnyBehaviour[];
    readonly folds: readonly AnyFold[];
    readonly services: readonly AnyService[];
  },
  tools: ActorTools,
): Activate {
  const kinds = new Map<string, (address: Address, ownership: Ownership) => Activation>();
  const add = (kind: string, make: (address: Address, ownership: Ownership) => Activation): void => {
    assert(!kinds.has(kind), `two behaviours of kind ${kind}`);
    kinds.set(kind, make);
  };
  for (const actor of known.actors)
    add(actor.kind, (address, ownership) => new Entity(actor, address, tools, ownership));
  for (const fold of known.folds) add(fold.kind, (address) => new FoldActor(fold, address, tools));
  for (const service of known.services)
    add(service.kind, (address) => new ServiceActor(service, address, tools));
  return (address, ownership) => kinds.get(address.kind)?.(address, ownership);
}
