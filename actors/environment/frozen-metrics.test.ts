import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { EventLineage, MetricLineage } from "../../protocols/lineage.ts";
import type { Metric } from "../../protocols/metric.ts";
import type { Versioned } from "../../protocols/environment-messages.ts";
import type { PublishReceipt } from "../../protocols/publish-receipt.ts";
import {
  ask,
  begun,
  drafted,
  experiment,
  failureOf,
  flag,
  left,
  metric,
  move,
  planOf,
  serving,
  valueOf,
  viewOf,
} from "./testing/environment.ts";

const bought = (members: object) => ({ type: "put_metric", metric: { ...metric.metric, ...members } });
const publish = { type: "publish" };
const sold = { definition: { type: "binary", event: "sell" } };
const running = left([...drafted, move("start")]);
const eventsOf = (metrics: readonly Metric[]): string[] =>
  metrics.map(({ definition }) => ("event" in definition ? definition.event : ""));

describe("a metric that is redefined while an experiment measures by it", () => {
  const asked = ask(running, [bought(sold), publish]);

  test("is another metric for the environment, and the same for the experiment", () => {
    const plan = planOf(asked);
    assert.equal(plan.metrics["bought" as never]?.version, 2);
    assert.deepEqual(eventsOf(plan.experiments["checkout" as never]?.frozenMetrics ?? []), ["buy"]);
    assert.deepEqual(
      asked.distributed?.definitions.map(({ metrics }) => eventsOf(metrics)),
      [["buy"]],
    );
  });

  test("is named in the answer, with both versions", () => {
    const { warnings } = valueOf<PublishReceipt>(asked);
    assert.deepEqual(
      warnings.filter(({ path }) => path === "metrics.bought"),
      [
        {
          path: "metrics.bought",
          message:
            "experiment checkout keeps version 1, with which its phase began; a new phase takes version 2",
        },
      ],
    );
  });

  test("stays the same through further versions, a pause, a resume and the end", () => {
    let state = asked.state;
    for (const message of [bought({ definition: { type: "count", event: "gift" } }), publish])
      state = ask(state, [message]).state;
    for (const action of ["pause", "resume", "stop"]) {
      const moved = ask(state, [move(action)]);
      assert.deepEqual(
        moved.distributed?.definitions.map(({ metrics }) => eventsOf(metrics)),
        [["buy"]],
        action,
      );
      state = moved.state;
    }
  });

  test("is the new one from a new phase on", () => {
    const { distributed } = ask(asked.state, [{ type: "new_phase", experiment: "checkout" }]);
    assert.deepEqual(
      distributed?.definitions.map(({ metrics }) => eventsOf(metrics)),
      [["sell"]],
    );
    assert.equal(distributed?.plan.experiments["checkout" as never]?.frozenMetrics, undefined);
  });

  test("is shown with the experiment", () => {
    const [shown] = viewOf(asked.state).experiments;
    assert.deepEqual(eventsOf(shown?.entity.frozenMetrics ?? []), ["buy"]);
    assert.ok(!Object.hasOwn(shown?.entity ?? {}, "metricRevisions"));
  });

  test("that goes back to what it was is one for both again", () => {
    const { distributed } = ask(asked.state, [bought({}), publish]);
    assert.equal(distributed?.plan.experiments["checkout" as never]?.frozenMetrics, undefined);
  });

  test("is the new one for an experiment that starts afterwards", () => {
    const other = experiment({ key: "later", flag: "later" });
    const { distributed } = ask(asked.state, [other, serving("later"), move("start", "later")]);
    const definition = distributed?.definitions.find((each) => each.experiment.key === "later");
    assert.deepEqual(eventsOf(definition?.metrics ?? []), ["sell"]);
  });
});

test("words of a metric change for a running experiment too, and its version stays", () => {
  const { distributed, reply } = ask(running, [bought({ owner: "shop", description: "Orders" }), publish]);
  assert.deepEqual(valueOf<PublishReceipt>({ reply }).warnings, []);
  assert.deepEqual(
    distributed?.definitions.map(({ metrics }) => metrics[0]?.owner),
    ["shop"],
  );
  assert.equal(distributed?.plan.experiments["checkout" as never]?.frozenMetrics, undefined);
});

test("a version without a redefined metric is what it would be without this rule", () => {
  const { distributed } = ask(running, [flag("other"), publish]);
  assert.ok(!JSON.stringify(distributed?.plan).includes("frozen"));
});

describe("a metric's version", () => {
  const put = (members: object, from = running): ReturnType<typeof ask> => ask(from, [bought(members)]);
  const versionOf = (asked: ReturnType<typeof ask>): number | undefined =>
    valueOf<Versioned<Metric>>(asked).entity.version;

  test("is not written where it is the first and nobody wrote it", () => {
    assert.equal(versionOf(put({})), undefined);
  });
  test("counts up by itself when more than words change, by one or to what is stated", () => {
    assert.equal(versionOf(put(sold)), 2);
    assert.equal(versionOf(put({ ...sold, version: 7 })), 7);
    assert.equal(versionOf(put({ ...sold, version: 1 })), 2);
    assert.equal(versionOf(put({ window: { type: "lifetime" } })), undefined);
    assert.equal(versionOf(put({ direction: "decrease" })), 2);
  });
  test("that is older than the present one is refused where something changes, and is no matter where nothing does", () => {
    const seventh = put({ ...sold, version: 7 }).state;
    assert.deepEqual(failureOf(put({ version: 3 }, seventh)), {
      code: "version_conflict",
      expected: 3,
      actual: 7,
    });
    assert.equal(versionOf(put({ ...sold, version: 3 }, seventh)), 7);
    assert.equal(versionOf(put({ ...sold, owner: "shop" }, seventh)), 7);
  });
});

test("a metric that is restored is another version, also when what it was states an older one", () => {
  let state = ask(running, [bought({ ...sold, version: 2 })]).state;
  state = ask(state, [bought({ definition: { type: "count", event: "gift" } })]).state;
  const restored = ask(state, [{ type: "restore", collection: "metrics", key: "bought", version: 2 }]);
  const { entity } = valueOf<Versioned<Metric>>(restored);
  assert.deepEqual([entity.version, eventsOf([entity])], [4, ["sell"]]);
});

describe("lineage", () => {
  const lineage = <Value>(what: object, state = running): Value =>
    valueOf<Value>(ask(state, [{ type: "get_lineage", ...what }]));

  test("of a metric names its events and the flags it measures", () => {
    const { events, experiments, features } = lineage<MetricLineage>({ metric: "bought" });
    assert.deepEqual(events, [{ event: "buy", role: "", properties: [] }]);
    assert.deepEqual(experiments, [
      { experiment: "checkout", flag: "checkout", status: "running", role: "primary" },
    ]);
    assert.deepEqual(features, ["checkout"]);
  });

  test("of an event follows what a live experiment measures by, not the newest draft", () => {
    const edited = left([bought(sold)], running);
    const before = lineage<EventLineage>({ event: "buy" }, edited);
    assert.deepEqual(before.metrics, []);
    assert.deepEqual(
      before.experiments.map(({ experiment: key, breaks, earlierDefinition }) => [
        key,
        breaks,
        earlierDefinition,
      ]),
      [["checkout", true, true]],
    );
    assert.deepEqual(lineage<EventLineage>({ event: "sell" }, edited).experiments, []);
  });

  test("of a metric that is not there is refused", () => {
    assert.deepEqual(failureOf(ask(begun(), [{ type: "get_lineage", metric: "no" }])), {
      code: "metric_not_found",
      metric: "no",
    });
  });
});
