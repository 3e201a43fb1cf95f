import { z } from "zod";
import { operators, type Comparison, type Condition, type Operator } from "./condition.ts";
import { constantProblem, isFilterText, needs, type FilterOperator } from "./metric-constants.ts";
import { Json } from "./json.ts";

// Which events of a name a metric reads: a condition over their properties. Authors write it in full, or as a map of
// property → what it must be, which becomes a condition here; stored and published is the condition alone.
//   F1. Only operators that mean the same in JavaScript and in ClickHouse are let in, and only constants that both read
//       alike: what the fold counts and what the warehouse counts are the same events.

/** Comparisons of one filter, all levels together: more is a list that `in` says better. */
const comparisonsMax = 100;
/** Of these, those that take a text apart: in SQL each is some three thousand characters, of 262 144 that a statement may have. */
const partedMax = 20;
const parted: ReadonlySet<string> = new Set(
  Object.keys(needs).filter((op) => op.startsWith("semver_") || ["before", "after", "in_cidr"].includes(op)),
);
/** Levels of all, any and not. */
const depthMax = 8;

export interface FilterIssue {
  readonly path: readonly (string | number)[];
  readonly message: string;
}
export type Expanded =
  | { readonly ok: true; readonly condition: Condition }
  | { readonly ok: false; readonly issues: readonly FilterIssue[] };

type Path = readonly (string | number)[];
type Members = Readonly<Record<string, Json>>;
const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A filter in full; itself when it is that already. */
export function expandFilter(filter: Json): Expanded {
  const expansion = new Expansion();
  const condition = expansion.condition(filter, [], 0);
  const { issues } = expansion;
  return condition === undefined || issues.length > 0 ? { ok: false, issues } : { ok: true, condition };
}

class Expansion {
  readonly issues: FilterIssue[] = [];
  #comparisons = 0;
  #parted = 0;

  condition(filter: Json, path: Path, depth: number): Condition | undefined {
    if (!isMembers(filter)) return this.#refuse(path, "needs a condition, or a map of property to value");
    if (depth > depthMax) return this.#refuse(path, `is nested more than ${depthMax} levels deep`);
    const names = Object.keys(filter);
    const [only] = names;
    if (names.length === 1 && (only === "all" || only === "any")) {
      const inner = filter[only];
      if (Array.isArray(inner) && inner.every(isMembers)) {
        const members = inner.map((each, index) => this.condition(each, [...path, only, index], depth + 1));
        const made = members.filter((each) => each !== undefined);
        return only === "all" ? { all: made } : { any: made };
      }
    }
    if (names.length === 1 && only === "not" && isMembers(filter["not"])) {
      const inner = this.condition(filter["not"], [...path, "not"], depth + 1);
      return inner === undefined ? undefined : { not: inner };
    }
    if (isComparison(filter)) return this.#comparison(filter, path);
    return this.#shorthand(filter, path);
  }

  #shorthand(filter: Members, path: Path): Condition | undefined {
    const all = Object.entries(filter).flatMap(([attribute, wanted]) =>
      this.#wanted(attribute, wanted, [...path, attribute]),
    );
    const [first] = all;
    if (first === undefined) return this.#refuse(path, "needs at least one property");
    return all.length === 1 ? first : { all };
  }

  /** What one property must be. */
  #wanted(attribute: string, wanted: Json, path: Path): Comparison[] {
    const made = (op: FilterOperator, value: Json, at: Path = path): Comparison[] =>
      this.#checked({ attribute, op, value }, at);
    if (wanted === null) return made("exists", false);
    if (Array.isArray(wanted)) return made("in", wanted);
    if (typeof wanted === "string") {
      const sign = /^(<=|>=|<|>|!=)\s*(.*)$/s.exec(wanted);
      if (sign === null) return made("eq", wanted);
      const [, symbol = "", rest = ""] = sign;
      const number = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(rest) ? Number(rest) : undefined;
      const op = signs[symbol as keyof typeof signs];
      if (op === "neq") return made("neq", number ?? rest);
      if (number !== undefined) return made(op, number);
      this.#refuse(path, `needs a number after ${symbol}, as in "${symbol}5"; for a text write { eq: … }`);
      return [];
    }
    if (!isMembers(wanted)) return made("eq", wanted);
    const entries = Object.entries(wanted);
    if (entries.length === 0) this.#refuse(path, "needs an operator and a value, as in { gte: 3 }");
    return entries.flatMap(([op, value]) => made(op as FilterOperator, value, [...path, op]));
  }

  #comparison({ attribute, op, value, negate }: Members, path: Path): Comparison | undefined {
    const comparison = {
      ...(attribute === undefined ? {} : { attribute: attribute as string }),
      op: op as Operator,
      ...(value === undefined ? {} : { value }),
      ...(negate === undefined ? {} : { negate: negate as boolean }),
    };
    if (typeof attribute !== "string")
      return this.#refuse([...path, "attribute"], "needs the name of a property");
    if (negate !== undefined && typeof negate !== "boolean")
      return this.#refuse([...path, "negate"], "needs true or false");
    return this.#checked(comparison, path)[0];
  }

  /** F1. */
  #checked(comparison: Comparison, path: Path): Comparison[] {
    const { attribute = "", op, value } = comparison;
    if (++this.#comparisons === comparisonsMax + 1)
      this.#refuse(path, `is one of more than ${comparisonsMax} comparisons`);
    if (parted.has(op) && ++this.#parted === partedMax + 1)
      this.#refuse(path, `is one of more than ${partedMax} comparisons of versions, instants or addresses`);
    if (attribute.length > 256 || !isFilterText(attribute))
      this.#refuse(path, "a property's name has at most 256 characters of well-formed text");
    else if (!(op in needs)) this.#refuse(path, `${whyNot(op)}; there are ${Object.keys(needs).join(", ")}`);
    else {
      const problem = constantProblem(op as FilterOperator, value);
      if (problem === undefined) return [comparison];
      this.#refuse(path, `${op} ${problem}`);
    }
    return [];
  }

  #refuse(path: Path, message: string): undefined {
    this.issues.push({ path, message });
    return undefined;
  }
}

function whyNot(op: string): string {
  if (!(operators as readonly string[]).includes(op)) return `${op} is no operator`;
  if (op === "in_segment" || op === "bucket")
    return `${op} is not for metrics, as it looks at the unit or the plan and not at the event`;
  return `${op} is not for metrics, as ClickHouse would not decide it alike`;
}

const signs = { "<": "lt", "<=": "lte", ">": "gt", ">=": "gte", "!=": "neq" } as const;

/** Members of a comparison in full and no others, one of them an operator. A property may be called `op` as well. */
function isComparison(filter: Members): boolean {
  const { op } = filter;
  return (
    typeof op === "string" &&
    ("attribute" in filter || (operators as readonly string[]).includes(op)) &&
    Object.keys(filter).every((name) => ["attribute", "op", "value", "negate"].includes(name))
  );
}

/** Reads both forms; what it gives is the condition. */
export const MetricFilter = z.record(z.string(), Json).transform((filter, context): Condition => {
  const expanded = expandFilter(filter);
  if (expanded.ok) return expanded.condition;
  for (const { path, message } of expanded.issues)
    context.issues.push({ code: "custom", message, path: [...path], input: filter });
  return z.NEVER;
});
