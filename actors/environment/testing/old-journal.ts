import { experiment, flag, metric, start } from "./environment.ts";

/** Events as an environment's first journals hold them: it has published three versions, and one experiment runs. */
export function oldEvents(key: string): unknown[] {
  const { tags: _tags, ...served } = {
    ...flag("checkout", { fallthrough: { experiment: "checkout" } }).flag,
    rules: [],
    prerequisites: [],
    enabled: true,
    killed: false,
    status: "active",
    tags: [],
    sensitive: false,
  };
  const written = {
    ...experiment().experiment,
    allocation: 10_000,
    unit: "user",
    trigger: "view",
    metrics: { primary: "bought", secondary: [], guardrails: [] },
    analysis: { alpha: 0.05 },
  };
  const bought = { ...metric.metric, unit: "user", direction: "increase" };
  const selection = (enabled: number) => ({
    flags: { checkout: enabled },
    segments: {},
    metrics: { bought: 1 },
    experiments: { checkout: 1 },
  });
  const published = (version: number, enabled: number, lifecycles: object) => ({
    kind: "published",
    publication: {
      version,
      at: start + version,
      by: "a",
      etag: "e",
      selection: selection(enabled),
      lifecycles,
    },
  });
  const lifecycle = { status: "running", phase: 1, startedAt: start };
  const put = (collection: string, entity: object) => ({ kind: "put", collection, entity, by: "a" });
  return [
    { kind: "begun", identity: { key, partitions: 2, salt: "s", unitSalt: "u" } },
    put("metrics", bought),
    put("flags", { ...served, tags: [] }),
    put("experiments", written),
    published(1, 1, {}),
    { kind: "lifecycle_changed", experiment: "checkout", lifecycle },
    published(2, 1, { checkout: lifecycle }),
    put("flags", { ...served, tags: [], enabled: false }),
    published(3, 2, { checkout: lifecycle }),
  ];
}
