import { compile } from "../../evaluation/compile.ts";
import type { Issue } from "../../protocols/errors.ts";
import { PublishedExperiment } from "../../protocols/experiment.ts";
import { EnvironmentKey } from "../../protocols/ids.ts";
import { Metric } from "../../protocols/metric.ts";
import { EpochMs } from "../../protocols/time.ts";
import type { Imported } from "./imported.ts";

/** What publishing the import alone would be refused for: the compiler's own answer, before anything is sent. */
export function problemsOf(
  { flags, segments, experiments }: Omit<Imported, "report">,
  metric: string | undefined,
): readonly Issue[] {
  const compilation = compile(
    {
      environment: EnvironmentKey.parse("import"),
      salt: "import",
      unitSalt: "import",
      partitions: 1,
      flags,
      segments,
      experiments: experiments.map((experiment) =>
        PublishedExperiment.parse({ ...experiment, status: "running", phase: 1 }),
      ),
      layers: [],
      holdouts: [],
      overrides: [],
      metrics:
        metric === undefined
          ? []
          : [Metric.parse({ key: metric, definition: { type: "binary", event: metric } })],
    },
    1,
    EpochMs.parse(0),
  );
  return compilation.ok ? [] : compilation.problems;
}
