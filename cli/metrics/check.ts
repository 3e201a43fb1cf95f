import type { ExpectedOfVariant, MetricTest } from "../../protocols/metric-file.ts";
import { nearest } from "../nearest.ts";
import { readDocuments, type Documents, type MetricInFile, type TestInFile } from "./documents.ts";
import { readSources } from "./files.ts";
import type { Finding } from "./finding.ts";

/** What the named files hold, with all that is wrong in them and between them. */
export async function checkFiles(
  paths: readonly string[],
  input?: AsyncIterable<Uint8Array | string>,
): Promise<Documents> {
  const { sources, findings } = await readSources(paths, input);
  const documents = readDocuments(sources);
  const between = [...repeatedKeys(documents.metrics), ...unknownReferences(documents)];
  return { ...documents, findings: [...findings, ...documents.findings, ...between].toSorted(byPlace) };
}

const byPlace = (a: Finding, b: Finding): number =>
  (a.file < b.file ? -1 : a.file > b.file ? 1 : 0) ||
  (a.place?.line ?? 0) - (b.place?.line ?? 0) ||
  (a.place?.column ?? 0) - (b.place?.column ?? 0);

function repeatedKeys(metrics: readonly MetricInFile[]): Finding[] {
  const first = new Map<string, MetricInFile>();
  return metrics.flatMap((each) => {
    const { key } = each.metric;
    const known = first.get(key);
    if (known === undefined) {
      first.set(key, each);
      return [];
    }
    const { file, place } = known.finding(["key"], { code: "duplicate_metric", message: "" });
    const message = `metric "${key}" is defined in ${file}:${place?.line ?? 1} already`;
    return [each.finding(["key"], { code: "duplicate_metric", message })];
  });
}

function unknownReferences({ metrics, tests }: Documents): Finding[] {
  const keys = new Set<string>(metrics.map(({ metric }) => metric.key));
  const unknown = (key: string): { readonly message: string; readonly suggestion?: string } => {
    const meant = nearest(key, keys);
    return {
      message: `there is no metric "${key}" in these files`,
      suggestion: meant === undefined ? "name the file that defines it as well" : `did you mean "${meant}"?`,
    };
  };
  const covariates = metrics.flatMap(({ metric, finding }) =>
    covariateMetrics(metric.covariate).flatMap((key, index) =>
      keys.has(key)
        ? []
        : [finding(["covariate", "metrics", index], { code: "unknown_metric", ...unknown(key) })],
    ),
  );
  const expected = tests.flatMap((each) => {
    return expectedValues(each.test, each.inDocument).flatMap(({ metric, path }) => {
      if (metric === undefined) {
        const suggestion = `as in { ${each.inDocument[0] ?? "metric"}: 1 }`;
        const message = "this document has not exactly one metric, so the value must say of which it is";
        return [each.finding(path, { code: "unknown_metric", message, suggestion })];
      }
      if (keys.has(metric)) return [];
      return [each.finding(path, { code: "unknown_metric", mark: "name", ...unknown(metric) })];
    });
  });
  return [...covariates, ...expected, ...tests.flatMap(unknownVariants)];
}

const covariateMetrics = (covariate: object | undefined): readonly string[] => {
  const named: unknown = covariate !== undefined && "metrics" in covariate ? covariate.metrics : undefined;
  return Array.isArray(named) ? named.filter((key) => typeof key === "string") : [];
};

export interface ExpectedValue {
  /** Undefined: a value alone, in a document that has not exactly one metric. */
  readonly metric: string | undefined;
  readonly of: "units" | "variants";
  /** Unit or variant. */
  readonly name: string;
  readonly value: ExpectedOfVariant;
  readonly path: readonly string[];
}

/** Every value that a test expects, with its metric: a value alone is of the only metric of its document. */
export function expectedValues({ expect }: MetricTest, inDocument: readonly string[]): ExpectedValue[] {
  const only = inDocument.length === 1 ? inDocument[0] : undefined;
  return (["units", "variants"] as const).flatMap((of) =>
    Object.entries(expect[of] ?? {}).flatMap(([name, expected]): ExpectedValue[] => {
      const path = ["expect", of, name];
      if (isValueAlone(expected)) return [{ metric: only, of, name, value: expected, path }];
      return Object.entries(expected).map(([metric, value]) => ({
        metric,
        of,
        name,
        value,
        path: [...path, metric],
      }));
    }),
  );
}

function isValueAlone(expected: object | number | null): expected is Exclude<ExpectedOfVariant, undefined> {
  if (typeof expected !== "object" || expected === null) return true;
  const names = Object.keys(expected);
  return names.length > 0 && names.every((name) => ["n", "value", "mean"].includes(name));
}

function unknownVariants({ test, finding }: TestInFile): Finding[] {
  const { variants, control } = test.experiment;
  const wrong = (name: string, path: readonly PropertyKey[], mark: "name" | "value"): Finding[] => {
    if (variants.includes(name)) return [];
    const meant = nearest(name, variants);
    const suggestion =
      meant === undefined ? `its variants are ${variants.join(", ")}` : `did you mean "${meant}"?`;
    return [
      finding(path, {
        code: "unknown_variant",
        message: `the test has no variant "${name}"`,
        suggestion,
        mark,
      }),
    ];
  };
  return [
    ...(control === undefined ? [] : wrong(control, ["experiment", "control"], "value")),
    ...test.events.flatMap(({ exposure }, index) =>
      exposure === undefined ? [] : wrong(exposure, ["events", index, "exposure"], "value"),
    ),
    ...Object.keys(test.expect.variants ?? {}).flatMap((name) =>
      wrong(name, ["expect", "variants", name], "name"),
    ),
    ...Object.keys(test.expect.exposed ?? {}).flatMap((name) =>
      wrong(name, ["expect", "exposed", name], "name"),
    ),
  ];
}
