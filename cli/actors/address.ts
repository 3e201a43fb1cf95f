import { ActorAddress } from "../../protocols/actor-operations.ts";
import { usageFailure } from "../failure.ts";

export interface ActorAddressArgument {
  readonly kind: string;
  readonly key: string;
}

/** `environment/production`: the first slash ends the kind, as keys may hold more. */
export function addressOf(text: string): ActorAddressArgument {
  const slash = text.indexOf("/");
  const parsed = ActorAddress.safeParse({
    kind: text.slice(0, Math.max(0, slash)),
    key: text.slice(slash + 1),
  });
  if (slash < 0 || !parsed.success)
    throw usageFailure(`"${text}" is no address of an actor; it is KIND/KEY, as in environment/production`);
  return parsed.data;
}

/** The path of a route for one actor, its key in one segment. */
export const pathFor = (path: string, { kind, key }: ActorAddressArgument): string =>
  path.replace(":kind", encodeURIComponent(kind)).replace(":key", encodeURIComponent(key));
