import { isMap, isNode, isPair, isScalar, isSeq, LineCounter, parseAllDocuments, type Document } from "yaml";
import type { Metric } from "../../protocols/metric.ts";
import { MetricDocument, type MetricTest } from "../../protocols/metric-file.ts";
import type { Source } from "./files.ts";
import type { Finding, FindingCode, Place } from "./finding.ts";
import { explainIssues } from "./issues.ts";

// From text to metrics. YAML holds JSON, so one reader serves both; it keeps where everything stands, so that whatever is
// wrong is shown at its place.

/** A metric and where it was written. */
export interface MetricInFile {
  readonly metric: Metric;
  readonly file: string;
  readonly path: readonly PropertyKey[];
  /** The version that the file states; absent: it leaves that to the environment. */
  readonly statedVersion?: number;
  /** Makes a finding about something below the metric. */
  readonly finding: (path: readonly PropertyKey[], wrong: Wrong) => Finding;
}

export interface TestInFile {
  readonly test: MetricTest;
  readonly file: string;
  /** Keys of the metrics of its own document: where it is one, a value alone is of that. */
  readonly inDocument: readonly string[];
  readonly finding: (path: readonly PropertyKey[], wrong: Wrong) => Finding;
}

export interface Wrong {
  readonly code: FindingCode;
  readonly message: string;
  readonly suggestion?: string | undefined;
  readonly mark?: "value" | "name";
}

export interface Documents {
  readonly metrics: readonly MetricInFile[];
  readonly tests: readonly TestInFile[];
  readonly findings: readonly Finding[];
}

/** An anchor used this often is an attack, not a convenience. */
const aliasesMax = 200;

export function readDocuments(sources: readonly Source[]): Documents {
  const all = sources.map(readSource);
  return {
    metrics: all.flatMap(({ metrics }) => metrics),
    tests: all.flatMap(({ tests }) => tests),
    findings: all.flatMap(({ findings }) => findings),
  };
}

function readSource({ file, text }: Source): Documents {
  const lines = new LineCounter();
  const parsed = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const placeOf = (from: number, to: number): Place => {
    const { line, col } = lines.linePos(from);
    const start = lines.lineStarts[line - 1] ?? 0;
    const end = text.indexOf("\n", start);
    const source = text.slice(start, end === -1 ? undefined : end).replace(/\r$/, "");
    return { line, column: col, length: Math.max(1, Math.min(to, start + source.length) - from), source };
  };
  const documents: readonly Document.Parsed[] = "empty" in parsed ? [] : parsed;
  const read = documents.map((document) => readDocument(document, file, placeOf));
  const metrics = read.flatMap((each) => each.metrics);
  const tests = read.flatMap((each) => each.tests);
  const findings = read.flatMap((each) => each.findings);
  const isEmpty = documents.every(({ contents }) => contents === null);
  if (isEmpty && findings.length === 0)
    findings.push({ file, code: "no_metric", message: "holds no metric", path: "" });
  return { metrics, tests, findings };
}

type PlaceOf = (from: number, to: number) => Place;

function readDocument(document: Document.Parsed, file: string, placeOf: PlaceOf): Documents {
  const broken = document.errors.map(({ code, message, pos: [from, to] }): Finding => {
    const isRepeated = code === "DUPLICATE_KEY";
    return {
      file,
      code: isRepeated ? "duplicate_member" : "syntax",
      message: isRepeated ? "this name stands here twice" : sentence(message),
      path: "",
      place: placeOf(from, isRepeated ? (wordEnd(document, from) ?? to) : to),
    };
  });
  // What follows a broken place was read in a way that nobody meant.
  if (broken.length > 0) return { metrics: [], tests: [], findings: broken };
  if (document.contents === null) return { metrics: [], tests: [], findings: [] };
  const finding = (
    path: readonly PropertyKey[],
    { mark = "value", suggestion, ...wrong }: Wrong,
  ): Finding => ({
    file,
    ...wrong,
    path: pathText(path),
    ...(suggestion === undefined ? {} : { suggestion }),
    place: placeOf(...rangeOf(document, path, mark)),
  });
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: aliasesMax });
  } catch {
    const message = `refers to its own parts more than ${aliasesMax} times`;
    return { metrics: [], tests: [], findings: [finding([], { code: "too_many", message })] };
  }
  const result = MetricDocument.safeParse(value);
  if (!result.success) {
    const findings = explainIssues(result.error.issues, value).map(({ path, ...wrong }) =>
      finding(path, wrong),
    );
    return { metrics: [], tests: [], findings };
  }
  const { metric, metrics = [], tests = [] } = result.data;
  const written = [
    ...(metric === undefined ? [] : [{ metric, path: ["metric"] }]),
    ...metrics.map((each, index) => ({ metric: each, path: ["metrics", index] })),
  ];
  return {
    metrics: written.map((each) => {
      const version: unknown = document.getIn([...each.path, "version"]);
      return {
        ...each,
        file,
        ...(typeof version === "number" ? { statedVersion: version } : {}),
        finding: (path, wrong) => finding([...each.path, ...path], wrong),
      };
    }),
    tests: tests.map((test, index) => ({
      test,
      file,
      inDocument: written.map((each) => each.metric.key),
      finding: (path, wrong) => finding(["tests", index, ...path], wrong),
    })),
    findings: [],
  };
}

const sentence = (message: string): string =>
  message.replace(/\.?\s*$/, "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase());

/** The reader marks one letter of a name that is repeated. */
function wordEnd(document: Document.Parsed, from: number): number | undefined {
  let end: number | undefined;
  const look = (node: unknown): void => {
    if (isMap(node)) {
      for (const { key, value } of node.items) {
        if (isNode(key) && key.range?.[0] === from) end = key.range[1];
        look(value);
      }
    } else if (isSeq(node)) node.items.forEach(look);
  };
  look(document.contents);
  return end;
}

/** Where the value at a path stands, or the name it stands under; of what is not there, what should hold it. */
function rangeOf(
  document: Document.Parsed,
  path: readonly PropertyKey[],
  mark: "value" | "name",
): [number, number] {
  let node: unknown = document.contents;
  let name: unknown;
  for (const [index, step] of path.entries()) {
    const next = stepInto(node, step);
    // What is missing is missing below a name: that is what a person looks for.
    if (next === undefined)
      return index === 0 || isScalar(node) ? spanOf(node, document) : spanOf(name ?? firstOf(node), document);
    ({ node, name } = next);
  }
  return spanOf(mark === "name" ? (name ?? node) : (node ?? name), document);
}

function stepInto(
  node: unknown,
  step: PropertyKey,
): { readonly node: unknown; readonly name?: unknown } | undefined {
  if (isMap(node)) {
    const pair = node.items.find(
      (item) => isPair(item) && String(isScalar(item.key) ? item.key.value : item.key) === String(step),
    );
    return pair === undefined ? undefined : { node: pair.value ?? pair.key, name: pair.key };
  }
  if (!isSeq(node) || typeof step !== "number") return undefined;
  const item = node.items[step];
  return item === undefined ? undefined : { node: item };
}

/** Of an item of a list without a name of its own: its first member's name. */
const firstOf = (node: unknown): unknown => (isMap(node) ? (node.items[0]?.key ?? node) : node);

function spanOf(node: unknown, document: Document.Parsed): [number, number] {
  const range = isNode(node) ? node.range : undefined;
  const [from, to] = range ?? document.contents?.range ?? [document.range[0], document.range[0] + 1];
  return [from, to];
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((part, index) =>
      typeof part === "number" ? `[${part}]` : index === 0 ? String(part) : `.${String(part)}`,
    )
    .join("");
}
