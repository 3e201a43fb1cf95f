import { metricJsonSchema, type JsonSchema } from "../../protocols/metric-schema.ts";

// What the schema allows at a place of a document, for suggestions: the members that may stand there.

let known: JsonSchema | undefined;
const root = (): JsonSchema => (known ??= metricJsonSchema());

const isObject = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** Of an object at a path of the document. Empty where any member may stand, or none is known. */
export function membersAt(path: readonly PropertyKey[], document: unknown): readonly string[] {
  let schemas = alternatives(root(), document);
  let value: unknown = document;
  for (const step of path) {
    value =
      isObject(value) || Array.isArray(value) ? (value as Record<PropertyKey, unknown>)[step] : undefined;
    schemas = schemas.flatMap((schema) => alternatives(below(schema, step), value));
  }
  return [
    ...new Set(schemas.flatMap(({ properties }) => Object.keys(isObject(properties) ? properties : {}))),
  ];
}

function below({ properties, items, additionalProperties }: JsonSchema, step: PropertyKey): unknown {
  if (typeof step === "number") return items;
  return isObject(properties) && Object.hasOwn(properties, step)
    ? properties[String(step)]
    : additionalProperties;
}

/** A schema without its references and unions: of unions those that the value's `type` or `kind` chooses. */
function alternatives(schema: unknown, value: unknown): readonly JsonSchema[] {
  if (!isObject(schema)) return [];
  const { $ref, oneOf, anyOf, allOf } = schema;
  if (typeof $ref === "string") return alternatives(referred($ref), value);
  const union = [...listOf(oneOf), ...listOf(anyOf), ...listOf(allOf)];
  if (union.length === 0) return [schema];
  const all = union.flatMap((each) => alternatives(each, value));
  const chosen = all.filter((each) => isChosen(each, value));
  return chosen.length > 0 ? chosen : all;
}

function isChosen({ properties }: JsonSchema, value: unknown): boolean {
  if (!isObject(properties) || !isObject(value)) return false;
  const constants = Object.entries(properties).filter(([, each]) => isObject(each) && "const" in each);
  return constants.every(([name, each]) => isObject(each) && each["const"] === value[name]);
}

function referred(reference: string): unknown {
  if (!reference.startsWith("#")) return undefined;
  return reference
    .slice(1)
    .split("/")
    .filter((part) => part !== "")
    .reduce<unknown>((node, part) => (isObject(node) ? node[part] : undefined), root());
}
