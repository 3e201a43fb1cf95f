import { z } from "zod";
import { MetricDocument } from "./metric-file.ts";
import { memberWords } from "./metric-words.ts";

// The JSON Schema of metric files, made of the schemas that parse them: editors complete and explain what Weir accepts.

export type JsonSchema = { readonly [member: string]: unknown };

const isSchema = (value: unknown): value is JsonSchema =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** JSON Schema, draft 2020-12. */
export function metricJsonSchema(): JsonSchema {
  // What authors write: before defaults and transforms.
  const schema = z.toJSONSchema(MetricDocument, { io: "input", unrepresentable: "any" });
  const described = withWords(schema, "") as JsonSchema;
  return {
    ...described,
    title: "Weir metrics",
    description:
      "One metric (metric) or many (metrics), and tests of what they measure. See docs/metrics.md.",
  };
}

/** Every member gets the words for it: those for its place (`window.type`), or for its name wherever it stands. */
function withWords(node: unknown, parent: string): unknown {
  if (Array.isArray(node)) return node.map((item) => withWords(item, parent));
  if (!isSchema(node)) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) =>
      name === "properties" && isSchema(value)
        ? [name, membersWithWords(value, parent)]
        : [name, withWords(value, parent)],
    ),
  );
}

function membersWithWords(members: JsonSchema, parent: string): JsonSchema {
  return Object.fromEntries(
    Object.entries(members).map(([name, member]) => {
      const described = withWords(member, name);
      const words = wordsOf(`${parent}.${name}`) ?? wordsOf(name);
      if (!isSchema(described) || words === undefined) return [name, described];
      return [name, { description: words, ...described }];
    }),
  );
}

const wordsOf = (path: string): string | undefined =>
  Object.hasOwn(memberWords, path) ? memberWords[path] : undefined;
