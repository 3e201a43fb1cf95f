import type { ActorDetail } from "../../protocols/actor-operations.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import type { AnyBehaviour } from "../entity/envelope.ts";
import type { AnyFold } from "../folds/fold-actor.ts";
import type { AnyService } from "../hosting/service-actor.ts";
import type { Address } from "../messaging/address.ts";

/** What a host can bring to life. */
export interface KnownKinds {
  readonly actors: readonly AnyBehaviour[];
  readonly folds: readonly AnyFold[];
  readonly services: readonly AnyService[];
}

export type Known =
  | { readonly type: "entity"; readonly behaviour: AnyBehaviour }
  | { readonly type: "fold"; readonly behaviour: AnyFold }
  | { readonly type: Extract<ActorDetail["type"], "service"> };

export function knownOf({ kind, key }: Address, kinds: KnownKinds): Reply<Known, RuntimeFailure> {
  const entity = kinds.actors.find((behaviour) => behaviour.kind === kind);
  if (entity !== undefined) {
    return entity.accepts?.(key) === false
      ? fail({ code: "unknown_key", kind, key })
      : succeed({ type: "entity", behaviour: entity });
  }
  const fold = kinds.folds.find((behaviour) => behaviour.kind === kind);
  if (fold !== undefined) return succeed({ type: "fold", behaviour: fold });
  const service = kinds.services.find((behaviour) => behaviour.kind === kind);
  return service === undefined ? fail({ code: "unknown_kind", kind }) : succeed({ type: "service" });
}
