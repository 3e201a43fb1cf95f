import type { Chance } from "../world/chance.ts";
import type { AccountMessage } from "./account.ts";

/** How often each kind of message is asked, in parts of their sum. */
const weights = [
  ["add", 26],
  ["read", 8],
  ["transfer", 14],
  ["notify", 9],
  ["nudge", 3],
  ["announce", 6],
  ["arm", 9],
  ["disarm", 3],
  ["overdraw", 4],
  ["defect", 2],
] as const satisfies readonly (readonly [AccountMessage["type"], number])[];
const weightsSum = weights.reduce((sum, [, weight]) => sum + weight, 0);

const timerNames = ["first", "second"] as const;
const timerMsMax = 4_000;
const poisonousTimerShare = 0.04;

export function drawMessage(
  chance: Chance,
  { ref, keys, lanes }: { readonly ref: string; readonly keys: readonly string[]; readonly lanes: number },
): AccountMessage {
  const type = drawType(chance);
  switch (type) {
    case "add":
      return { type, ref, amount: chance.whole(1, 9) };
    case "transfer":
      return { type, ref, to: chance.pick(keys), amount: chance.whole(1, 9) };
    case "announce":
      return { type, ref, lane: chance.whole(0, lanes - 1) };
    case "arm": {
      const rings = chance.happens(poisonousTimerShare) ? 0 : chance.whole(1, 2);
      return { type, ref, name: chance.pick(timerNames), inMs: chance.whole(0, timerMsMax), rings };
    }
    case "disarm":
      return { type, ref, name: chance.pick(timerNames) };
    case "read":
    case "notify":
    case "nudge":
    case "overdraw":
    case "defect":
      return { type, ref };
  }
}

function drawType(chance: Chance): (typeof weights)[number][0] {
  let left = chance.between(0, weightsSum);
  for (const [type, weight] of weights) {
    left -= weight;
    if (left < 0) return type;
  }
  return "add";
}
