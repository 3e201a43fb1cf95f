import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { ResultSummary } from "../../protocols/result-summary.ts";
import type { ExperimentResult } from "../../protocols/results.ts";
import type { PublishedExperiment } from "../../protocols/experiment.ts";
import type { Timeline } from "../../protocols/timeline.ts";
import { Api } from "../api.ts";
import { systemClock } from "../clock.ts";
import { checkoutArms, checkoutFlag } from "../testing/checkout.ts";
import { until } from "../testing/until.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// A whole Weir pauses an experiment whose guardrail is breached, says so everywhere, and obeys whoever resumes.

const perVariant = 300;

describe("a guardrail that pauses", { timeout: 180_000 }, () => {
  let weir: TestWeir;
  let api: Api;
  const query = { env: "shop" };
  const get = <Value>(path: string, more: Readonly<Record<string, string>> = {}): Promise<Value> =>
    api.call<Value>("GET", path, { query: { ...query, ...more } });
  const experimentNow = async (): Promise<PublishedExperiment> =>
    (await get<{ entity: PublishedExperiment }>("/v1/experiments/checkout")).entity;

  /** Units of one kind in each variant: all meet their variant, and a share of them have the event. */
  async function send(kind: string, name: string, shares: Readonly<Record<string, number>>): Promise<void> {
    const ts = systemClock.now() - 1_000;
    const units = Array.from({ length: perVariant }, (_, index) =>
      Object.entries(shares).map(([variant, share]) => ({
        unit: `${kind}-${variant}-${index}`,
        variant,
        has: index < share * perVariant,
      })),
    ).flat();
    const exposures = units.map(({ unit, variant }) => ({
      id: `x-${unit}`,
      ts,
      unit,
      experiment: "checkout",
      variant,
    }));
    const outcomes = units.flatMap(({ unit, has }) => (has ? [{ id: `o-${unit}`, ts, unit, name }] : []));
    await api.call("POST", "/v1/exposures", { body: { events: exposures }, query });
    await api.call("POST", "/v1/events/outcome", { body: { events: outcomes }, query });
  }

  const variationOf = async (unit: string): Promise<string> => {
    const body = { envKey: "shop", flagKey: "checkout", context: { targetingKey: unit } };
    const answer = await api.ask<{ code: string }>("POST", "/evaluate", { body });
    return answer.ok ? answer.value.code : answer.code; // the first plan may be on its way
  };

  before(async () => {
    weir = await startWeir();
    api = new Api(weir);
    const put = (path: string, body: unknown) => api.call("PUT", path, { body, query });
    await api.call("POST", "/v1/environments", { body: { key: "shop", name: "Shop" } });
    const guarded = (event: string) => ({
      direction: "decrease",
      definition: { type: "binary", event },
      guardrail: { maxRelativeChange: 0.1, action: "pause" },
    });
    await put("/v1/metrics/bought", { definition: { type: "binary", event: "buy" } });
    await put("/v1/metrics/errors", guarded("error"));
    await put("/v1/metrics/complaints", guarded("complaint"));
    await put("/v1/flags/checkout", checkoutFlag);
    await put("/v1/experiments/checkout", {
      ...checkoutArms,
      metrics: { primary: "bought", guardrails: ["errors", "complaints"] },
      analysis: { sampleRatioAction: "alert" }, // units are dealt by the test, so that is not what is looked at
    });
    await api.call("POST", "/v1/experiments/checkout/start", { body: {}, query });
    await until(
      () => variationOf("somebody"),
      (code) => code === "experiment_assigned",
    );
  });
  after(() => weir?.stop());

  test("stops assigning once its harm is proven, and everybody can see why", async () => {
    await send("first", "error", { control: 0.2, treatment: 0.8 });
    const { status, automaticPauses = [] } = await until(experimentNow, (now) => now.status === "paused");
    assert.equal(status, "paused");
    const [breach] = automaticPauses[0]?.breaches ?? [];
    assert.ok(breach?.kind === "guardrail");
    assert.deepEqual([automaticPauses.length, breach.metric, breach.variant], [1, "errors", "treatment"]);
    assert.ok(breach.bound > breach.limit);

    await until(
      () => variationOf("somebody"),
      (code) => code === "no_active_experiment",
    );
    const { items } = await get<{ items: { by: string; note?: string }[] }>("/v1/history");
    assert.equal(items[0]?.by, "weir");
    assert.match(items[0]?.note ?? "", /^automatic pause checkout: treatment changes errors by about \+/);

    const summary = await until(
      () => get<ResultSummary>("/v1/experiments/checkout/summary"),
      (now) => now.automaticPause !== undefined,
    );
    assert.match(summary.sentences[0] ?? "", /^Paused automatically .* since treatment changes errors/);
    assert.match(summary.automaticPause?.next.at(-1) ?? "", /resume/);
    assert.equal((await get<Timeline>("/v1/experiments/checkout/timeline")).automaticPauses?.length, 1);
    const path = "/v1/reports/checkout";
    const text = await api.call<string>("GET", path, { query: { ...query, format: "md" }, as: "text" });
    assert.match(text, /Paused by Weir itself/);
  });

  test("goes on counting while it is paused", async () => {
    const earlier = await get<ExperimentResult>("/v1/experiments/checkout/results");
    await send("second", "buy", { control: 0.5, treatment: 0.5 });
    const unitsOf = ({ summary }: ExperimentResult) =>
      summary.variants.reduce((sum, { units }) => sum + units, 0);
    await until(
      () => get<ExperimentResult>("/v1/experiments/checkout/results"),
      (now) => unitsOf(now) === unitsOf(earlier) + 2 * perVariant,
    );
  });

  test("does not act twice on what a person accepted, but on another breach it does", async () => {
    await api.call("POST", "/v1/experiments/checkout/resume", { body: {}, query });
    await send("third", "complaint", { control: 0.1, treatment: 0.9 });
    const { automaticPauses = [] } = await until(experimentNow, (now) => now.status === "paused");
    assert.equal(automaticPauses.length, 2);
    assert.deepEqual(
      automaticPauses.map(({ breaches }) => breaches.map((each) => "metric" in each && each.metric)),
      [["errors"], ["complaints"]],
    );
    assert.ok(automaticPauses[0]?.resumed !== undefined && automaticPauses[1]?.resumed === undefined);
  });
});
