import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoldBehaviour, FoldPast } from "../fold.ts";
import type { Rebuildable } from "../folds/rebuild.ts";
import { systemClock } from "../ports/clock.ts";
import { Rebuilds } from "./rebuilds.ts";

const address = { kind: "sum", key: "a" };
const none = { running: false, messages: 0, records: 0, share: 0 };

/** A fold whose past is folded as far as the test lets it, and then by and by to its end. */
function world() {
  const halfway = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const past: FoldPast<unknown> = {
    reach: async () => ({ ok: true, value: 10 }),
    fold: async (_state, _key, _upTo, folded) => {
      await folded(5, 0.5);
      halfway.resolve();
      await goOn.promise;
      await systemClock.sleep(10);
      await folded(5, 1);
      return { ok: true, value: undefined };
    },
    takeOver: () => ({ ok: true, value: undefined }),
  };
  const behaviour: FoldBehaviour<unknown, unknown> = {
    kind: "sum",
    version: 1,
    stream: "NUMBERS",
    subjectOf: (key) => `numbers.${key}`,
    init: () => ({}),
    fold: () => undefined,
    encode: () => new Uint8Array(0),
    decode: () => ({}),
    ask: () => ({ ok: true, value: 1 }),
    past,
  };
  const stopping = new AbortController();
  let swaps = 0;
  const target: Rebuildable = {
    behaviour,
    address,
    live: () => ({ state: {}, position: 10 }),
    hold: () => () => undefined,
    swap: () => void swaps++,
    stopped: stopping.signal,
  };
  const reader = { bounds: async () => ({ first: 11, last: 10 }), async *readRange() {} };
  const rebuilds = new Rebuilds({ reader, clock: systemClock });
  const running = rebuilds.run(target, { question: 1, dryRun: false });
  return { rebuilds, running, halfway: halfway.promise, goOn: goOn.resolve, stopping, swaps: () => swaps };
}

test("a rebuild tells how far it is while it runs, and nothing before and after", async () => {
  const { rebuilds, running, halfway, goOn, swaps } = world();
  assert.deepEqual(rebuilds.look({ kind: "sum", key: "b" }, false), none);
  await halfway;
  assert.deepEqual(rebuilds.look(address, false), { running: true, messages: 0, records: 5, share: 0.5 });
  goOn();
  assert.ok((await running).ok);
  assert.deepEqual(rebuilds.look(address, false), none);
  assert.equal(swaps(), 1);
});

test("given up, it ends without replacing anything", async () => {
  const { rebuilds, running, halfway, goOn, swaps } = world();
  await halfway;
  assert.ok(rebuilds.look(address, true).running);
  goOn();
  assert.match(JSON.stringify(await running), /it was cancelled/);
  assert.equal(swaps(), 0);
});

test("a fold that goes to another host under way is not replaced here", async () => {
  const { running, halfway, goOn, stopping, swaps } = world();
  await halfway;
  stopping.abort();
  goOn();
  assert.match(JSON.stringify(await running), /went to another host/);
  assert.equal(swaps(), 0);
});
