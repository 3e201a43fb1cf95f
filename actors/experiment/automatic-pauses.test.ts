import assert from "node:assert/strict";
import { test } from "node:test";
import type { ActorClient, AskOptions } from "../../runtime/index.ts";
import { fail } from "../../protocols/errors.ts";
import type { EnvironmentKey, ExperimentKey } from "../../protocols/ids.ts";
import { ManualClock } from "../../runtime/testing/manual-clock.ts";
import { ask, drafted, left, move } from "../environment/testing/environment.ts";
import { AutomaticPauses } from "./automatic-pauses.ts";
import type { BreachedLook } from "./breaches.ts";

const breach = (metric: string): BreachedLook["breaches"][number] => ({
  kind: "guardrail",
  variant: "treatment",
  metric: metric as never,
  estimate: 0.12,
  bound: 0.06,
  limit: 0.02,
});
const look = (members: Partial<BreachedLook> = {}): BreachedLook => ({
  phase: 1,
  planVersion: 1,
  breaches: [breach("errors")],
  ...members,
});

/** A real environment behind a client that first fails so many times, and hosts that look at one of its experiments. */
function weir(failures: readonly { readonly code: string }[] = []) {
  const clock = new ManualClock();
  const pending = [...failures];
  let state = left([...drafted, move("start")]);
  const asked: (AskOptions & { readonly message: unknown })[] = [];
  const logged: string[] = [];
  const counted: string[] = [];
  const client = {
    ask: (_address: unknown, message: unknown, options: AskOptions) => {
      asked.push({ ...options, message });
      const failure = pending.shift();
      if (failure !== undefined) return Promise.resolve(fail(failure));
      const answered = ask(state, [message], { by: options.by });
      state = answered.state;
      return Promise.resolve(answered.reply);
    },
  } as unknown as ActorClient;
  const host = () =>
    new AutomaticPauses(
      {
        client,
        clock,
        log: (event) => logged.push(event),
        onPause: (_, reason) => counted.push(reason),
      },
      "production" as EnvironmentKey,
      "checkout" as ExperimentKey,
    );
  return { clock, asked, logged, counted, host, versions: () => state.publications.length };
}
/** Until everything that can happen without time has happened. */
const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

test("two hosts that see the same breach send one command, and pause once", async () => {
  const { host, asked, counted, logged, versions } = weir();
  const [one, two] = [host(), host()];
  one.pause(look(), 4_000);
  two.pause(look(), 4_001);
  await settled();
  one.pause(look(), 4_002);
  await settled();
  assert.deepEqual([asked.length, new Set(asked.map(({ id }) => id)).size, versions()], [2, 1, 2]);
  assert.deepEqual(
    [asked[0]?.by, counted, logged],
    ["weir", ["guardrail"], ["experiment_paused_automatically"]],
  );
  await Promise.all([one.close(), two.close()]);
});

test("another breach, phase or plan is another command", async () => {
  const { host, asked } = weir();
  for (const other of [{}, { phase: 2 }, { planVersion: 2 }, { breaches: [breach("latency")] }]) {
    const pauses = host();
    pauses.pause(look(other), 1);
    await settled();
    await pauses.close();
  }
  assert.equal(new Set(asked.map(({ id }) => id)).size, 4);
});

test("an environment that does not answer is asked again by the same command, until it does", async () => {
  const { host, clock, asked, versions } = weir([{ code: "unavailable" }, { code: "deadline_exceeded" }]);
  const pauses = host();
  pauses.pause(look(), 1);
  await settled();
  assert.equal(asked.length, 1);
  await clock.pass(2_000);
  assert.deepEqual([asked.length, new Set(asked.map(({ id }) => id)).size, versions()], [3, 1, 2]);
  await pauses.close();
});

test("a refusal is taken, and the next look may ask anew", async () => {
  const { host, asked, logged, versions } = weir([{ code: "version_conflict" }]);
  const pauses = host();
  pauses.pause(look(), 1);
  await settled();
  assert.deepEqual([logged, versions()], [["automatic_pause_refused"], 1]);
  pauses.pause(look(), 2);
  await settled();
  assert.deepEqual([asked.length, versions()], [2, 2]);
  await pauses.close();
});

test("closing ends the asking", async () => {
  const { host, asked } = weir([{ code: "unavailable" }]);
  const pauses = host();
  pauses.pause(look(), 1);
  await settled();
  await pauses.close();
  assert.equal(asked.length, 1);
});
