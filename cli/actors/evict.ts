import { Evicted } from "../../protocols/actor-operations.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import type { Target } from "../target.ts";
import { addressOf, pathFor } from "./address.ts";
import { asideDeadlineMs } from "./deadline.ts";

/** `weir actors evict`. */
export async function evictActor(target: Target, address: string): Promise<string> {
  const { method, path } = routes.evictActor;
  const api = new Api({ ...target, deadlineMs: asideDeadlineMs });
  const { evicted } = Evicted.parse(await api.call(method, pathFor(path, addressOf(address))));
  return evicted ? `${address} sleeps; the next ask wakes it` : `${address} was not awake`;
}
