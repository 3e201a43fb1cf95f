import type { RuntimeFailure } from "../../protocols/errors.ts";
import type { Life } from "./life.ts";
import type { Outbox } from "./outbox.ts";

export interface Living {
  readonly kind: "live";
  readonly life: Life;
  readonly outbox: Outbox;
}
/** It failed too often, and rests. */
export interface Parked {
  readonly kind: "parked";
  readonly failure: RuntimeFailure;
  readonly untilMs: number;
}

/** The stations of an entity, each with what belongs to it. */
export type EntityState = { readonly kind: "loading" } | { readonly kind: "stopped" } | Living | Parked;
