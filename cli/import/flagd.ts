import { issuesOf } from "../../protocols/errors.ts";
import type { Json } from "../../protocols/json.ts";
import { Definition, type FlagdFlag, type JsonObject, resolved } from "./flagd/definition.ts";
import { rulesOf, type TargetingScope } from "./flagd/targeting.ts";
import type { ImportOptions, ImportResult } from "./imported.ts";
import { assemble } from "./assemble.ts";
import { flagOf } from "./entities.ts";
import { keysFor, partKeys } from "./keys.ts";
import { Notes } from "./notes.ts";
import type { Draft } from "./prerequisites.ts";
import { UnitLists } from "./unit-lists.ts";
import { typeOf } from "./variations.ts";

/** flagd's flag definitions: `{flags, $evaluators}`. */
export function importFlagd(content: unknown, options: ImportOptions): ImportResult {
  const parsed = Definition.safeParse(content);
  if (!parsed.success) return { ok: false, issues: issuesOf(parsed.error) };
  const { flags, $evaluators = {} } = parsed.data;
  const keys = keysFor(Object.keys(flags), "flag");
  const lists = new UnitLists(options);
  const drafts = Object.entries(flags).map(([name, flag]) =>
    draftOf(name, flag, keys.get(name) as string, $evaluators, lists),
  );
  const { metric } = options;
  return { ok: true, imported: assemble({ drafts, segments: [], lists, report: [], metric }) };
}

function draftOf(
  name: string,
  flag: FlagdFlag,
  key: string,
  evaluators: JsonObject,
  lists: UnitLists,
): Draft {
  const notes = new Notes();
  const path = `flags.${name}`;
  if (key !== name) notes.changed(path, `is called ${key}`);
  const names = Object.keys(flag.variants);
  const parts = partKeys(names, "variant");
  const keys = new Map(names.map((each, index) => [each, parts[index] as string]));
  const variations = names.map((each, index) => ({
    key: parts[index] as string,
    value: flag.variants[each] ?? null,
  }));
  const defaultKey = defaultOf(flag, keys, path, notes);
  if (defaultKey === undefined) variations.push({ key: noVariant, value: null });
  if (flag.state === "DISABLED")
    notes.changed(`${path}.state`, "is off; flagd then gives the caller's default, Weir the default variant");
  const scope: TargetingScope = { notes, lists, flagKey: name, keys, defaultKey: defaultKey ?? noVariant };
  const logic = flag.targeting === undefined ? null : resolved(flag.targeting, evaluators);
  if (logic === undefined)
    notes.refuse(`${path}.targeting`, "refers to an evaluator that is missing or leads back to itself");
  const rules = isTargeting(logic) ? rulesOf(logic, scope) : [];
  const input = {
    key,
    type: typeOf(variations.map(({ value }) => value)),
    variations,
    offVariation: scope.defaultKey,
    fallthrough: { variation: scope.defaultKey },
    rules,
    enabled: flag.state === "ENABLED",
  };
  const weir = flagOf(input, path, notes);
  return { name, flag: weir, notes, requirements: [], experiments: [] };
}

const noVariant = "caller-default";

function defaultOf(
  { defaultVariant }: FlagdFlag,
  keys: ReadonlyMap<string, string>,
  path: string,
  notes: Notes,
): string | undefined {
  const key = defaultVariant === null || defaultVariant === undefined ? undefined : keys.get(defaultVariant);
  if (key === undefined)
    notes.changed(`${path}.defaultVariant`, "gives null, where flagd gives the caller's default");
  return key;
}

const isTargeting = (logic: Json | undefined): logic is Json =>
  logic !== undefined && logic !== null && typeof logic === "object" && Object.keys(logic).length > 0;
