import { orderLength, type Order } from "./cases.ts";
import type { Decide, DecideLater } from "./contestant.ts";

// The loops that are measured, the same for all contestants and cases.

const mask = orderLength - 1;

export function loopAtOnce(calls: readonly Decide[], order: Order, decisions: number): number {
  let given = 0;
  for (let index = 0; index < decisions; index++) {
    const call = calls[order.flags[index & mask] as number] as Decide;
    if (call(order.people[index & mask] as number) !== undefined) given++;
  }
  return given;
}

export async function loopLater(
  calls: readonly DecideLater[],
  order: Order,
  decisions: number,
): Promise<number> {
  let given = 0;
  for (let index = 0; index < decisions; index++) {
    const call = calls[order.flags[index & mask] as number] as DecideLater;
    if ((await call(order.people[index & mask] as number)) !== undefined) given++;
  }
  return given;
}

/**
 * Shows the loop more kinds of calls than the compiler will write into a loop. Otherwise a decision that is the same for
 * everybody would become part of the loop, and then vanish from it: what is measured is a decision that is called for.
 */
export function keepCallsCalls(): void {
  const order = { flags: new Uint16Array(orderLength), people: new Uint32Array(orderLength) };
  const strangers: Decide[] = [
    (person) => (person > 1 ? "on" : "off"),
    (person) => person > 2,
    (person) => (person > 3 ? "one" : "two"),
    (person) => (person > 4 ? "none" : undefined),
    (person) => person < 5,
    () => "control",
  ];
  for (let round = 0; round < 1_000; round++)
    for (const stranger of strangers) loopAtOnce([stranger], order, 10);
}
