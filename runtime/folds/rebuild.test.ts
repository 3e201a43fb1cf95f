import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoldBehaviour, Outgoing } from "../fold.ts";
import { systemClock } from "../ports/clock.ts";
import type { StreamMessage } from "../ports/connection.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { Hold, rebuild, type Rebuildable } from "./rebuild.ts";

// A fold that adds numbers up, and hands each even one to somebody else.

interface Sum {
  sum: number;
  waiting: Outgoing[];
}

const behaviour: FoldBehaviour<Sum, never> = {
  kind: "sum",
  version: 1,
  stream: "NUMBERS",
  subjectOf: (key) => `numbers.${key}`,
  init: () => ({ sum: 0, waiting: [] }),
  fold: (state, { data, sequence }) => {
    const value = Number(new TextDecoder().decode(data));
    if (Number.isNaN(value)) throw new Error("not a number");
    state.sum += value;
    if (value % 2 === 0) state.waiting.push({ subject: "even", id: `even-${sequence}`, data });
  },
  encode: () => new Uint8Array(0),
  decode: () => ({ sum: 0, waiting: [] }),
  ask: ({ sum }, question, { position }) => ({ ok: true, value: { sum, question, position } }),
  outgoing: ({ waiting }) => waiting,
  sent: (state, ids) => void (state.waiting = state.waiting.filter(({ id }) => !ids.has(id))),
};

function world(values: readonly string[]) {
  const messages: StreamMessage[] = [];
  const append = (text: string): void => {
    const sequence = messages.length + 1;
    messages.push({ sequence, subject: "numbers.a", time: sequence as EpochMs, data: Buffer.from(text) });
  };
  for (const value of values) append(value);
  const hold = new Hold();
  const live = { state: { sum: -1, waiting: [] } as Sum, position: messages.length };
  const target: Rebuildable = {
    behaviour: behaviour as unknown as FoldBehaviour<unknown, unknown>,
    address: { kind: "sum", key: "a" },
    live: () => ({ ...live }),
    hold: () => hold.begin(),
    swap: (state) => (live.state = state as Sum),
  };
  let first = 1;
  const reads: (() => void)[] = [];
  const reader = {
    bounds: async () => ({ first, last: messages.length }),
    readRange: async function* ({ from, to }: { from: number; to: number }) {
      reads.shift()?.();
      yield* messages.filter(({ sequence }) => sequence >= from && sequence <= to);
    },
  };
  const run = (dryRun = false) =>
    rebuild(target, { question: "how much?", dryRun }, { reader, clock: systemClock });
  return { append, live, hold, run, reads, purge: (to: number) => (first = to) };
}

test("a state made again takes the place of the live one, and both are asked at the same position", async () => {
  const { live, run, hold } = world(["1", "poison", "2"]);
  const done = await run();
  assert.ok(done.ok);
  const answer = (sum: number) => ({ ok: true, value: { sum, question: "how much?", position: 3 } });
  const { tookMs: _, ...said } = done.value;
  assert.deepEqual(said, { position: 3, messages: 3, before: answer(-1), after: answer(3), swapped: true });
  assert.equal(live.state.sum, 3);
  assert.equal(hold.end, undefined);
});

test("a dry run says what would be, and changes nothing", async () => {
  const { live, run } = world(["1", "2"]);
  const done = await run(true);
  assert.ok(done.ok && !done.value.swapped);
  assert.equal(live.state.sum, -1);
});

test("the live fold goes on meanwhile, and is held back only for what came last", async () => {
  const { append, live, run, reads, hold } = world(["1"]);
  reads.push(() => {
    assert.equal(hold.end, undefined);
    for (let count = 0; count < 50; count++) append("1");
    live.position = 51;
  });
  reads.push(() => assert.equal(hold.end, undefined));
  const done = await run();
  assert.ok(done.ok);
  assert.equal(done.value.position, 51);
  assert.equal(live.state.sum, 51);
});

test("what the live fold has handed on is not handed on again; what waits there still waits", async () => {
  const { live, run } = world(["2", "4", "6"]);
  live.state.waiting = [{ subject: "even", id: "even-3", data: new Uint8Array(0) }];
  await run();
  assert.deepEqual(
    live.state.waiting.map(({ id }) => id),
    ["even-3"],
  );
});

test("a stream that no longer holds its beginning replaces nothing, and says where it begins", async () => {
  const { live, run, purge } = world(["1", "2"]);
  purge(2);
  const done = await run();
  assert.match(JSON.stringify(done), /begins at 2/);
  assert.equal(live.state.sum, -1);
});
