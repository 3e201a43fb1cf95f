import { layerSalt, splitSalt, variantSalt } from "../../../evaluation/bucket.ts";
import { PreloadedSalt } from "../../../evaluation/preloaded-salt.ts";
import type { Answer, ConditionSpec, FlagSpec, Person, RuleSpec } from "../cases.ts";
import type { Open } from "../contestant.ts";
import { murmur } from "./murmur.ts";
import { groupOf, salt } from "./weir.ts";
import { versionNumber } from "../../evaluation/version-number.ts";

// Straight-line code for the answers of the cases, with nothing general in it: what deciding could cost at best, with
// Weir's hash (the answers are then Weir's) and with one that is cheaper and weaker.

type Bucket = (person: Person) => number;
interface Buckets {
  readonly split: Bucket;
  readonly group: Bucket;
  readonly variant: Bucket;
}

export const openBare: Open = (_flags, people) => ({
  kind: "at once",
  of: (flag) => bareOf(flag, people, preloaded(flag.key)),
});

export const openBareMurmur: Open = (_flags, people) => ({
  kind: "at once",
  of: (flag) => bareOf(flag, people, murmured(flag.key)),
});

function preloaded(key: string): Buckets {
  const by = (name: string): Bucket => {
    const preloadedSalt = new PreloadedSalt(name);
    return ({ unitId }) => preloadedSalt.bucketOf(unitId);
  };
  return {
    split: by(splitSalt(salt, { key })),
    group: by(layerSalt(salt, { key: groupOf(key) })),
    variant: by(variantSalt(salt, { key })),
  };
}

function murmured(key: string): Buckets {
  const by =
    (name: string): Bucket =>
    (person) =>
      murmur(name + person.key) % 10_000;
  return { split: by(`${key}:`), group: by(`${key}-group:`), variant: by(`${key}-variant:`) };
}

function bareOf({ kind, rules }: FlagSpec, people: readonly Person[], buckets: Buckets) {
  const personAt = (index: number): Person => people[index] as Person;
  switch (kind) {
    case "a":
      return (): Answer => "on";
    case "b":
      return targeted(rules, personAt, buckets.split);
    case "c": {
      const { group, variant } = buckets;
      return (index: number): Answer => {
        const person = personAt(index);
        if (group(person) >= 5_000) return "none";
        const bucket = variant(person);
        return bucket < 3_400 ? "control" : bucket < 6_700 ? "one" : "two";
      };
    }
  }
}

function targeted(
  rules: readonly RuleSpec[],
  personAt: (index: number) => Person,
  split: Bucket,
): (index: number) => Answer {
  const constants = rules.flatMap(({ when }) => when.map(constantOf));
  const [near, nearPlan, newPlan, newVersion, farVersion, far] = constants as [
    Set<string>,
    string,
    string,
    number,
    number,
    Set<string>,
  ];
  return (index) => {
    const person = personAt(index);
    const { country, plan, appVersion } = person.attributes;
    if (plan === nearPlan && near.has(country)) return "on";
    if (plan === newPlan && versionNumber(appVersion) >= newVersion) return "on";
    if (far.has(country) && versionNumber(appVersion) >= farVersion) return "off";
    return split(person) < 5_000 ? "on" : "off";
  };
}

function constantOf(condition: ConditionSpec): Set<string> | string | number {
  switch (condition.kind) {
    case "country":
      return new Set(condition.oneOf);
    case "plan":
      return condition.is;
    case "version":
      return versionNumber(condition.atLeast);
  }
}
