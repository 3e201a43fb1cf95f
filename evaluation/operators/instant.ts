import { instantOf } from "../../protocols/constants/instant.ts";
import { ready, refused, type Prepare } from "./operator.ts";

const order =
  (holds: (instant: number, bound: number) => boolean): Prepare =>
  (constant) => {
    const bound = instantOf(constant);
    if (bound === undefined)
      return refused("needs an RFC 3339 date-time with an offset, or epoch milliseconds");
    return ready((value) => {
      const instant = instantOf(value);
      return instant === undefined ? undefined : holds(instant, bound);
    });
  };

/** Neither includes the instant itself. */
export const instantOperators = {
  before: order((instant, bound) => instant < bound),
  after: order((instant, bound) => instant > bound),
} satisfies Record<string, Prepare>;
