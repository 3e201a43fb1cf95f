import { answers, groupShare, variantShares, type Answer, type Kind, type Person } from "./cases.ts";
import type { ConditionSpec, FlagSpec } from "./cases.ts";
import type { Said } from "./contestant.ts";

// Whether a contestant gives what was asked for: where a rule decides, exactly the rule's answer; where chance does, the
// intended shares within what chance explains.

/** What one contestant said: of drawn decisions how many of each answer, of ruled ones how many were wrong. */
export interface Tally {
  readonly drawn: Record<Kind, Record<string, number>>;
  wrong: number;
  /** For the message: one that was wrong. */
  example?: string;
}

export const emptyTally = (): Tally => ({ drawn: { a: {}, b: {}, c: {} }, wrong: 0 });

export function count(tally: Tally, flag: FlagSpec, person: Person, said: Said): void {
  const answer = said === true ? "on" : said === false ? "off" : String(said);
  const ruled = ruledAnswer(flag, person);
  if (ruled === undefined) {
    const drawn = tally.drawn[flag.kind];
    drawn[answer] = (drawn[answer] ?? 0) + 1;
  } else if (ruled !== answer) {
    tally.wrong++;
    tally.example ??= `${flag.key} for ${person.key}: ${answer} instead of ${ruled}`;
  }
}

/** Undefined where chance decides. */
function ruledAnswer({ kind, rules }: FlagSpec, person: Person): Answer | undefined {
  if (kind === "a") return "on";
  return rules.find(({ when }) => when.every((condition) => holds(condition, person)))?.serve;
}

function holds(condition: ConditionSpec, { attributes }: Person): boolean {
  switch (condition.kind) {
    case "country":
      return condition.oneOf.includes(attributes.country);
    case "plan":
      return attributes.plan === condition.is;
    case "version":
      return numbersOf(attributes.appVersion) >= numbersOf(condition.atLeast);
  }
}

const numbersOf = (version: string): number =>
  version.split(".").reduce((sum, part) => sum * 1_000 + Number(part), 0);

const intended: Readonly<Record<Kind, Readonly<Record<string, number>>>> = {
  a: { on: 1 },
  b: { on: 0.5, off: 0.5 },
  c: {
    ...Object.fromEntries(
      variantShares.map(({ key, share }) => [key, (share * groupShare) / 10_000] as const),
    ),
    none: 1 - groupShare / 100,
  },
};

/** About 400 shares are judged in one run: by chance alone, one in 100 000 is this far off. */
const deviationsMax = 4.5;

/** What is wrong with a tally, in words; empty for a fair one. */
export function complaintsOf({ drawn, wrong, example }: Tally): string[] {
  const complaints = wrong === 0 ? [] : [`${wrong} wrong answers, such as ${example ?? ""}`];
  for (const kind of ["b", "c"] as const) {
    const total = Object.values(drawn[kind]).reduce((sum, cell) => sum + cell, 0);
    if (total === 0) continue;
    const unknown = Object.keys(drawn[kind]).filter(
      (said) => !(answers[kind] as readonly string[]).includes(said),
    );
    if (unknown.length > 0) complaints.push(`kind ${kind} also gave ${unknown.join(", ")}`);
    for (const [answer, share] of Object.entries(intended[kind])) {
      const observed = (drawn[kind][answer] ?? 0) / total;
      const deviations = (observed - share) / Math.sqrt((share * (1 - share)) / total);
      if (Math.abs(deviations) > deviationsMax)
        complaints.push(
          `kind ${kind} gave ${answer} to ${(observed * 100).toFixed(2)} % of ${total}, meant were ${(share * 100).toFixed(2)} %`,
        );
    }
  }
  return complaints;
}
