import type { Api } from "../../cli/api.ts";

// What the run counts: two experiments whose metrics use every type and every window.

export const environment = "faults";

export interface Trial {
  readonly key: string;
  readonly variants: readonly string[];
}

/** `checkout` sets bots aside; `search` keeps them. */
export const trials: readonly Trial[] = [
  { key: "checkout", variants: ["control", "fast", "slow"] },
  { key: "search", variants: ["control", "new"] },
];

export const eventNames = ["buy", "visit", "search"] as const;

const metrics = [
  { key: "bought", definition: { type: "binary", event: "buy" } },
  { key: "revenue", definition: { type: "sum", event: "buy" } },
  { key: "basket", definition: { type: "mean", event: "buy" } },
  {
    key: "per-visit",
    definition: {
      type: "ratio",
      numerator: { event: "buy", aggregate: "sum" },
      denominator: { event: "visit", aggregate: "count" },
    },
  },
  {
    key: "searches",
    definition: { type: "count", event: "search" },
    window: { type: "conversion", hours: 24 },
  },
  { key: "same-day", definition: { type: "count", event: "visit" }, window: { type: "day" } },
  { key: "same-session", definition: { type: "binary", event: "search" }, window: { type: "session" } },
];

export async function buildScene(api: Api): Promise<void> {
  const query = { env: environment };
  await api.call("POST", "/v1/environments", { body: { key: environment } });
  for (const metric of metrics) await api.call("PUT", `/v1/metrics/${metric.key}`, { query, body: metric });
  for (const { key, variants } of trials) {
    const variations = variants.map((variant) => ({ key: variant, value: variant }));
    await api.call("PUT", `/v1/flags/${key}`, {
      query,
      body: { key, type: "string", variations, offVariation: "control", fallthrough: { experiment: key } },
    });
    const weight = Math.floor(10_000 / variants.length);
    await api.call("PUT", `/v1/experiments/${key}`, {
      query,
      body: {
        key,
        flag: key,
        variants: variants.map((variant, index) => ({
          key: variant,
          variation: variant,
          weight: index === 0 ? 10_000 - weight * (variants.length - 1) : weight,
        })),
        control: "control",
        dimensions: ["country"],
        ...(key === "search" ? { bots: "included" } : {}),
        metrics: {
          primary: "bought",
          secondary: metrics.map((metric) => metric.key).filter((metric) => metric !== "bought"),
        },
      },
    });
    await api.call("POST", `/v1/experiments/${key}/start`, { query, body: {} });
  }
}
