import type { z } from "zod";
import type { Condition } from "../../../protocols/condition.ts";
import type { Rule } from "../../../protocols/flag.ts";
import type { HashRecipe } from "../../../protocols/hash-recipe.ts";
import type { Json } from "../../../protocols/json.ts";
import { allOf, always } from "../conditions.ts";
import { sharesOf } from "../shares.ts";
import { conditionOf, type FlagdScope, variableOf } from "./condition.ts";
import { operationOf } from "./definition.ts";

export type RuleInput = z.input<typeof Rule>;

export interface TargetingScope extends FlagdScope {
  /** Variation key of a variant's name. */
  readonly keys: ReadonlyMap<string, string>;
  readonly defaultKey: string;
}

/**
 * Targeting as rules. Every branch ends in a rule that takes whoever comes to it, because in flagd a branch that gives
 * nothing gives the default and does not go on to the next.
 */
export function rulesOf(logic: Json, scope: TargetingScope): RuleInput[] {
  const rules: { readonly when: Condition; readonly serve: RuleInput["serve"] }[] = [];
  const serve = (when: Condition, variation: string): void => void rules.push({ when, serve: { variation } });
  const branch = (part: Json, when: Condition, path: string): void => {
    const operation = operationOf(part);
    if (part === null || isEmpty(part)) return serve(when, scope.defaultKey);
    if (operation === undefined) return serve(when, variantKey(part, path, scope));
    const [name, args] = operation;
    if (name === "if") {
      for (let index = 0; index + 1 < args.length; index += 2) {
        const at = `${path}.if[${index}]`;
        branch(
          args[index + 1] ?? null,
          allOf([when, conditionOf(args[index] ?? null, at, scope)]),
          `${path}.if[${index + 1}]`,
        );
      }
      const last = args.length % 2 === 1 ? (args.at(-1) ?? null) : null;
      return branch(last, when, `${path}.if[${args.length - 1}]`);
    }
    if (name === "fractional") {
      rules.push(...fractionalRules(args, when, `${path}.fractional`, scope));
      return serve(when, scope.defaultKey);
    }
    // Anything else is a truth value, and the variants of a boolean flag are called true and false.
    const holds = conditionOf(part, path, scope);
    serve(allOf([when, holds]), variantKey(true, path, scope));
    serve(when, variantKey(false, path, scope));
  };
  branch(logic, always, "targeting");
  return rules.map((rule, index) => ({ id: `rule-${index}`, ...rule }));
}

const isEmpty = (logic: Json): boolean =>
  typeof logic === "object" && logic !== null && !Array.isArray(logic) && Object.keys(logic).length === 0;

/** A name that is no variant is an error there, and the caller's default is given. */
function variantKey(part: Json, path: string, { keys, notes, defaultKey }: TargetingScope): string {
  const key = typeof part === "object" ? undefined : keys.get(String(part));
  if (key === undefined) notes.refuse(path, `${JSON.stringify(part)} is no variant`);
  return key ?? defaultKey;
}

type Serving = { readonly when: Condition; readonly serve: RuleInput["serve"] };

/** The parts laid end to end; a variant may have several. */
function fractionalRules(
  args: readonly Json[],
  when: Condition,
  path: string,
  scope: TargetingScope,
): Serving[] {
  const [first = null] = args;
  const hasKey = !Array.isArray(first);
  const lists = (
    hasKey ? args.slice(1) : args.length === 1 && isListOfLists(first) ? first : args
  ) as readonly Json[];
  const parts = lists.map((list) => (Array.isArray(list) ? (list as Json[]) : []));
  const weights = parts.map(([, weight = 1]) => weight);
  if (
    parts.some(([name]) => typeof name !== "string") ||
    !weights.every((weight) => Number.isInteger(weight))
  ) {
    scope.notes.refuse(path, "the parts of a fractional are names of variants with whole weights");
    return [];
  }
  const numbers = weights.map((weight) => Math.max(Number(weight), 0));
  const totalWeight = numbers.reduce((sum, weight) => sum + weight, 0);
  const hash = totalWeight > 0 ? recipeOf(hasKey ? first : undefined, totalWeight, path, scope) : undefined;
  if (hash === undefined) return [];
  let below = 0;
  const ranged = parts.map(([name = ""], index) => {
    const from = below / totalWeight;
    below += numbers[index] as number;
    return {
      variation: variantKey(name, path, scope),
      range: { from, to: below / totalWeight },
      weight: numbers[index] as number,
    };
  });
  const shares = sharesOf(ranged.map(({ weight }) => weight));
  return [
    {
      when,
      serve: { split: ranged.map((part, index) => ({ ...part, weight: shares[index] as number })), hash },
    },
  ];
}

const isListOfLists = (value: Json): boolean =>
  Array.isArray(value) && value.length > 0 && (value as Json[]).every((each) => Array.isArray(each));

/** What is hashed: the flag's key and the targeting key, unless the first argument says otherwise. */
function recipeOf(
  by: Json | undefined,
  totalWeight: number,
  path: string,
  scope: TargetingScope,
): HashRecipe | undefined {
  if (by === undefined) return { profile: "flagd", flagKey: scope.flagKey, totalWeight };
  const operation = operationOf(by);
  const parts = (operation?.[0] === "cat" ? operation[1] : [by]).map((part) => variableOf(part, scope));
  const last = parts.at(-1);
  const before = parts.slice(0, -1);
  const isPlain = before.every((part) => part?.kind === "constant" && typeof part.value === "string");
  if (!isPlain || (last?.kind !== "attribute" && last?.kind !== "key")) {
    scope.notes.refuse(path, "units are dealt by one variable, with constant texts before it");
    return undefined;
  }
  const flagKey = before
    .map((part) => (part?.kind === "constant" && typeof part.value === "string" ? part.value : ""))
    .join("");
  return { profile: "flagd", flagKey, totalWeight, ...(last.kind === "key" ? {} : { attribute: last.name }) };
}
