import assert from "node:assert/strict";
import { test } from "node:test";
import { analyse } from "../../analytics/statistics/scorecard/scorecard.ts";
import { planned, type Group } from "../../analytics/statistics/testing/planned.ts";
import type { AnalyseRequest } from "../../protocols/analytics-messages.ts";
import { succeed } from "../../protocols/errors.ts";
import type { ExperimentResult, PartialSums } from "../../protocols/results.ts";
import { kinds } from "../../protocols/topology.ts";
import type { ActorClient, Messaging } from "../../runtime/index.ts";
import { ManualClock } from "../../runtime/testing/manual-clock.ts";
import { experimentCoordinator } from "./coordinator.ts";

interface Sums {
  readonly phase?: number;
  readonly control: Group;
  readonly variant: Group;
}

/** The sums of one partition, of an experiment whose errors must not rise by a tenth. */
function partial(partition: number, { phase = 1, control, variant }: Sums): PartialSums {
  const { definition, summary } = planned({ control, variants: { new: variant } });
  return {
    environment: "shop",
    experiment: "checkout",
    partition,
    position: 10 * phase,
    summary,
    definition: {
      experiment: { ...definition.experiment, phase },
      metrics: definition.metrics.map((metric) =>
        metric.key === "errors"
          ? { ...metric, guardrail: { maxRelativeChange: 0.1, action: "pause" as const } }
          : metric,
      ),
    },
  };
}

/** A coordinator whose partitions say this, with what it asked of others and what it published. */
async function coordinating(saidBy: () => readonly PartialSums[]) {
  const clock = new ManualClock();
  const asked: { readonly kind: string; readonly message: { readonly type: string } }[] = [];
  const published: unknown[] = [];
  const messaging = {
    subscribe: () => Promise.resolve(() => Promise.resolve()),
    publish: (_subject: string, result: unknown) => published.push(result),
    request: (_subject: string, request: AnalyseRequest) => Promise.resolve(succeed(analyse(request))),
  } as unknown as Messaging;
  const client = {
    ask: ({ kind, key }: { kind: string; key: string }, message: { type: string }) => {
      asked.push({ kind, message });
      const sums = saidBy().find(({ partition }) => key.endsWith(`/${partition}`));
      if (kind === kinds.partition) return Promise.resolve(succeed(sums));
      return Promise.resolve(succeed(kind === kinds.monitor ? { points: [] } : { paused: false }));
    },
  } as unknown as ActorClient;
  const nothing = (): void => undefined;
  const behaviour = experimentCoordinator({
    messaging,
    client,
    clock,
    partitionsOf: () => saidBy().length,
    log: nothing,
    onPause: nothing,
  });
  const coordinator = await behaviour.start("shop/checkout");
  const types = (): string[] => asked.map(({ kind, message }) => `${kind} ${message.type}`);
  return { clock, coordinator, published, types };
}

/** After one look. */
async function lookedAt(partials: readonly PartialSums[]) {
  const { clock, coordinator, published, types } = await coordinating(() => partials);
  await clock.pass(10);
  const stopped = coordinator.stop();
  await clock.pass(20_000); // what it waits for is given up
  await stopped;
  return { published, types: types() };
}

const even: Group = { units: 10_000, buys: 2_000, errors: 1_000 };
const harmed: Group = { ...even, errors: 1_300 };
const nobody: Group = { units: 0 };
const pause = `${kinds.environment} automatic_pause`;

test("a look that proves harm has the environment pause, and is published and written down as well", async () => {
  const { published, types } = await lookedAt(
    [0, 1].map((each) => partial(each, { control: even, variant: harmed })),
  );
  assert.equal(published.length, 1);
  assert.equal(types.filter((type) => type === pause).length, 1);
  assert.ok(types.includes(`${kinds.monitor} look`));
});

test("a look without harm asks for no pause", async () => {
  const { published, types } = await lookedAt(
    [0, 1].map((each) => partial(each, { control: even, variant: even })),
  );
  assert.deepEqual([published.length, types.includes(pause)], [1, false]);
});

test("while a new phase spreads there is no look: sums of two phases would be remembered in the new one", async () => {
  const { published, types } = await lookedAt([
    partial(0, { control: even, variant: harmed }),
    partial(1, { phase: 2, control: nobody, variant: nobody }),
  ]);
  assert.deepEqual([published, types.includes(pause)], [[], false]);
  assert.ok(!types.some((type) => type.startsWith(kinds.monitor)));
});

test("whoever asks while a new phase spreads is given the sums of one, or told that there are none yet", async () => {
  const old = [0, 1].map((each) => partial(each, { control: even, variant: harmed }));
  const young = [0, 1].map((each) => partial(each, { phase: 2, control: nobody, variant: nobody }));
  let said = [...old.slice(0, 1), ...young.slice(1)];
  const { clock, coordinator } = await coordinating(() => said);
  const ask = () => coordinator.ask({ type: "result", source: "streaming" });
  const spreading = ask();
  await clock.pass(500);
  said = young;
  await clock.pass(500);
  const answer = await spreading;
  assert.ok(answer.ok, JSON.stringify(answer));
  const { definition, summary } = answer.value as ExperimentResult;
  assert.equal(definition.experiment.phase, 2);
  assert.deepEqual(
    summary.variants.map(({ units }) => units),
    [0, 0],
  );
  said = [...old.slice(0, 1), ...young.slice(1)];
  const stuck = ask();
  await clock.pass(5_000);
  const refused = await stuck;
  assert.ok(!refused.ok && refused.failure.code === "unavailable", JSON.stringify(refused));
  const stopped = coordinator.stop();
  await clock.pass(20_000);
  await stopped;
});
