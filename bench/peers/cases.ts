import { countries, sequenceOf, usersOf, type User } from "../evaluation/users.ts";

// The four cases in nobody's words: every contestant translates them into its own configuration.

export const caseNames = ["a", "b", "c", "d"] as const;
export type CaseName = (typeof caseNames)[number];

/** a: no rules. b: three rules of two conditions, then a split. c: an experiment inside an exclusion group. */
export type Kind = "a" | "b" | "c";

/** What a flag may give: `on` and `off` of kinds a and b; a variant of kind c, or `none` outside its group. */
export const answers = { a: ["on"], b: ["on", "off"], c: ["control", "one", "two", "none"] } as const;
export type Answer = (typeof answers)[Kind][number];

export type ConditionSpec =
  | { readonly kind: "country"; readonly oneOf: readonly string[] }
  | { readonly kind: "plan"; readonly is: string }
  | { readonly kind: "version"; readonly atLeast: string };

export interface RuleSpec {
  readonly id: string;
  /** Both hold. */
  readonly when: readonly [ConditionSpec, ConditionSpec];
  readonly serve: "on" | "off";
}

export interface FlagSpec {
  readonly key: string;
  readonly kind: Kind;
  /** Of kind b: the first that holds decides, and `on` or `off` by halves when none does. */
  readonly rules: readonly RuleSpec[];
}

/** Of kind c, in hundredths: the share of units in the group, and of those in it the variants'. */
export const groupShare = 50;
export const variantShares = [
  { key: "control", share: 34 },
  { key: "one", share: 33 },
  { key: "two", share: 33 },
] as const;

export interface Person extends User {
  /** The raw key: what peers hash, and what Weir's unit id was made of. */
  readonly key: string;
}

export const userCount = 100_000;
export const flagCount = 1_000;
const kinds = ["a", "b", "a", "b", "c"] as const;
const plans = ["enterprise", "pro", "basic", "free"];

/** No two flags' rules are the same text: what a contestant learns of one must not pay for another. */
function rulesOf(number: number): RuleSpec[] {
  const from = (first: number): string[] =>
    Array.from({ length: 5 }, (_, index) => countries[(first + number + index) % countries.length] ?? "");
  const plan = (first: number): string => plans[(first + number) % plans.length] ?? "";
  const version = (minor: number): string => `9.${(minor + number) % 20}.${Math.floor(number / 20) % 30}`;
  return [
    {
      id: "near",
      when: [
        { kind: "country", oneOf: from(0) },
        { kind: "plan", is: plan(0) },
      ],
      serve: "on",
    },
    {
      id: "new",
      when: [
        { kind: "plan", is: plan(1) },
        { kind: "version", atLeast: version(10) },
      ],
      serve: "on",
    },
    {
      id: "far",
      when: [
        { kind: "version", atLeast: version(5) },
        { kind: "country", oneOf: from(10) },
      ],
      serve: "off",
    },
  ];
}

const flagOf = (kind: Kind, number: number): FlagSpec => ({
  key: `${kind}-${number}`,
  kind,
  rules: kind === "b" ? rulesOf(number) : [],
});

/** One flag in a, b and c; in d a thousand: two fifths a, two fifths b, one fifth c. */
export const flagsOf = (name: CaseName): FlagSpec[] =>
  name === "d"
    ? Array.from({ length: flagCount }, (_, number) => flagOf(kinds[number % kinds.length] ?? "a", number))
    : [flagOf(name, 0)];

export const peopleOf = (count: number): Person[] =>
  usersOf(count).map((user, number) => ({ ...user, key: `user-${number}` }));

/** A power of two, so that a mask brings an index back. */
export const orderLength = 1 << 17;

/** Which flag for whom, one decision after the other, the same for everybody. */
export interface Order {
  readonly flags: Uint16Array;
  readonly people: Uint32Array;
}

/** One person after the other; in d a random flag for a random person. */
export function orderOf(name: CaseName): Order {
  if (name !== "d") {
    const people = Uint32Array.from({ length: orderLength }, (_, index) => index % userCount);
    return { flags: new Uint16Array(orderLength), people };
  }
  const next = sequenceOf(11);
  return {
    flags: Uint16Array.from({ length: orderLength }, () => next(flagCount)),
    people: Uint32Array.from({ length: orderLength }, () => next(userCount)),
  };
}
