import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { HoldoutEffect } from "../../protocols/depth.ts";
import { Api } from "../api.ts";
import { systemClock } from "../clock.ts";
import { feeds } from "../../analytics/sink/feed.ts";
import { readMark } from "../../analytics/sink/mark.ts";
import { buckets } from "../../protocols/topology.ts";
import { openConnection } from "../../runtime/index.ts";
import { readRunFile } from "../run-file.ts";
import { checkoutArms, checkoutFlag } from "../testing/checkout.ts";
import { until } from "../testing/until.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// A whole Weir says what its launches did together: by who was held out as it decided, and what they did afterwards.

const units = Array.from({ length: 600 }, (_, index) => `unit-${index}`);
/** Of ten units of either group. */
const buyers = { heldOut: 2, notHeldOut: 5 };

describe("a holdout", { timeout: 180_000 }, () => {
  let weir: TestWeir;
  let api: Api;
  const query = { env: "shop" };
  const said = new Set(["holdout", "experiment_assigned"]);
  /** That the log of decisions must hold. */
  let lines = 0;
  const codeOf = async (unit: string): Promise<string> => {
    const body = { envKey: "shop", flagKey: "checkout", context: { targetingKey: unit } };
    const answer = await api.ask<{ code: string }>("POST", "/evaluate", { body });
    if (answer.ok && said.has(answer.value.code)) lines++;
    return answer.ok ? answer.value.code : answer.code; // the first plan may be on its way
  };

  /** Until ClickHouse has every event and every decision: an answer is kept for a minute. */
  async function written(): Promise<void> {
    const natsUrl = readRunFile(weir.dataDir)?.natsUrl ?? assert.fail();
    const connection = await openConnection({ url: natsUrl, name: "holdout-test", streams: [] });
    const { stream: log, subject: all } = feeds.decisions;
    const decided = async (): Promise<number> => {
      let found = 0;
      const to = await connection.reader.lastSequence(log, all);
      const range = { stream: log, subject: all, from: 1, to };
      if (to > 0)
        for await (const { data } of connection.reader.readRange(range))
          found += new TextDecoder().decode(data).split("\n").length;
      return found;
    };
    await until(decided, (found) => found === lines); // a line is written after its answer
    const marks = await connection.bucket(buckets.sink);
    for (const { stream, subject, markKey } of Object.values(feeds))
      await until(
        async () => {
          const last = await connection.reader.lastSequence(stream, subject);
          return last > 0 && (await readMark(marks, markKey)).mark.acknowledged >= last;
        },
        (isLevel) => isLevel,
      );
    await connection.drain();
  }

  before(async () => {
    weir = await startWeir();
    api = new Api(weir);
    const put = (path: string, body: unknown) => api.call("PUT", path, { body, query });
    await api.call("POST", "/v1/environments", { body: { key: "shop", name: "Shop" } });
    await put("/v1/metrics/bought", { definition: { type: "binary", event: "buy" } });
    await put("/v1/holdouts/growth", { share: 5_000, tags: ["growth"] });
    await api.call("POST", "/v1/environments/shop/publish", { body: {} });
    await put("/v1/flags/checkout", checkoutFlag);
    await put("/v1/experiments/checkout", {
      ...checkoutArms,
      tags: ["growth"],
      metrics: { primary: "bought" },
    });
    await api.call("POST", "/v1/experiments/checkout/start", { body: {}, query });
    await until(
      () => codeOf(units[0] ?? ""),
      (code) => said.has(code),
    );
  });
  after(() => weir?.stop());

  test("is compared with those who were asked and not held out, unit by unit", async () => {
    await Promise.all(units.map(codeOf)); // only who is asked once somebody was held out is in a group
    const codes = await Promise.all(units.map(codeOf));
    const groups = Map.groupBy(units, (_, index) => codes[index]);
    const [heldOut = [], notHeldOut = []] = [groups.get("holdout"), groups.get("experiment_assigned")];
    assert.equal(heldOut.length + notHeldOut.length, units.length);

    const ts = systemClock.now();
    const buys = (who: readonly string[], ofTen: number) =>
      who
        .filter((_, index) => index % 10 < ofTen)
        .map((unit) => ({ id: `buy-${unit}`, ts, unit, name: "buy" }));
    const events = [...buys(heldOut, buyers.heldOut), ...buys(notHeldOut, buyers.notHeldOut)];
    await api.call("POST", "/v1/events/outcome", { body: { events }, query });

    await written();

    const shareOf = (who: readonly string[], ofTen: number): number => buys(who, ofTen).length / who.length;
    const [kept, free] = [shareOf(heldOut, buyers.heldOut), shareOf(notHeldOut, buyers.notHeldOut)];
    const isNear = (value: number | undefined, expected: number): boolean =>
      Math.abs((value ?? Number.NaN) - expected) < 1e-12;
    const complete = await api.call<HoldoutEffect>("GET", "/v1/holdouts/growth/effect", {
      query: { ...query, metric: "bought" },
    });
    assert.deepEqual([complete.heldOut.n, complete.notHeldOut.n], [heldOut.length, notHeldOut.length]);
    assert.ok(isNear(complete.heldOut.value, kept) && isNear(complete.notHeldOut.value, free));
    assert.ok(complete.estimate.kind === "estimated");
    assert.ok(isNear(complete.estimate.difference, free - kept));
    assert.ok(complete.estimate.pValue < 1e-6);
    assert.equal(complete.crossovers, 0);
    assert.ok((complete.sampleRatio.pValue ?? 0) > 1e-6);
  });
});
