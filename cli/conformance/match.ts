import { isDeepStrictEqual } from "node:util";

// Comparing an answer with what a case expects. Objects are compared by the members that are expected, anything else
// must be equal; an object whose members begin with `$` asks a question instead.

type Members = Readonly<Record<string, unknown>>;

/** What is wrong, with its place; undefined when the value fits. */
export function mismatch(expected: unknown, actual: unknown, path = "body"): string | undefined {
  if (!isMembers(expected)) return isDeepStrictEqual(expected, actual) ? undefined : differs(path, expected, actual);
  const questions = Object.entries(expected).filter(([name]) => name.startsWith("$"));
  if (questions.length > 0) {
    for (const [name, operand] of questions) {
      const wrong = question(name, operand, actual, path);
      if (wrong !== undefined) return wrong;
    }
    return undefined;
  }
  if (!isMembers(actual)) return differs(path, "an object", actual);
  for (const [name, member] of Object.entries(expected)) {
    const wrong = mismatch(member, Object.hasOwn(actual, name) ? actual[name] : undefined, `${path}.${name}`);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function question(name: string, operand: unknown, actual: unknown, path: string): string | undefined {
  switch (name) {
    case "$type":
      return typeOf(actual) === operand ? undefined : differs(path, `a ${String(operand)}`, actual);
    case "$oneOfTypes":
      return (operand as readonly string[]).includes(typeOf(actual))
        ? undefined
        : differs(path, `one of ${JSON.stringify(operand)}`, actual);
    case "$match":
      return typeof actual === "string" && new RegExp(String(operand), "i").test(actual)
        ? undefined
        : differs(path, `a text like ${String(operand)}`, actual);
    case "$oneOf":
      return (operand as readonly unknown[]).some((each) => isDeepStrictEqual(each, actual))
        ? undefined
        : differs(path, `one of ${JSON.stringify(operand)}`, actual);
    case "$equals":
      return isDeepStrictEqual(operand, actual) ? undefined : differs(path, operand, actual);
    case "$absent":
      return actual === undefined ? undefined : differs(path, "nothing", actual);
    case "$optional":
      return actual === undefined ? undefined : mismatch(operand, actual, path);
    case "$values":
      return isMembers(actual)
        ? first(Object.entries(actual), ([key, each]) => mismatch(operand, each, `${path}.${key}`))
        : differs(path, "an object", actual);
    case "$each":
      return Array.isArray(actual)
        ? first([...actual.entries()], ([index, each]) => mismatch(operand, each, `${path}[${index}]`))
        : differs(path, "an array", actual);
    case "$contains":
      return Array.isArray(actual)
        ? first(operand as readonly unknown[], (wanted) =>
            actual.some((each) => mismatch(wanted, each) === undefined)
              ? undefined
              : `${path} has no member like ${JSON.stringify(wanted)}`,
          )
        : differs(path, "an array", actual);
    default:
      return `${path}: the case asks ${name}, which this runner does not know`;
  }
}

function first<Item>(items: readonly Item[], wrong: (item: Item) => string | undefined): string | undefined {
  for (const item of items) {
    const found = wrong(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

const isMembers = (value: unknown): value is Members =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

const differs = (path: string, expected: unknown, actual: unknown): string => {
  const shown = typeof expected === "string" ? expected : JSON.stringify(expected);
  return `${path} should be ${shown}, is ${(JSON.stringify(actual) ?? "absent").slice(0, 200)}`;
};
