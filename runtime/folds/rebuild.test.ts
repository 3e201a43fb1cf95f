import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoldBehaviour, FoldPast, Outgoing } from "../fold.ts";
import { systemClock } from "../ports/clock.ts";
import type { StreamMessage } from "../ports/connection.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { Hold, rebuild, type Rebuildable, type RebuildOptions } from "./rebuild.ts";

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

function world(values: readonly string[], past?: FoldPast<Sum>) {
  const messages: StreamMessage[] = [];
  const append = (text: string): void => {
    const sequence = messages.length + 1;
    messages.push({ sequence, subject: "numbers.a", time: sequence as EpochMs, data: Buffer.from(text) });
  };
  for (const value of values) append(value);
  const hold = new Hold();
  const live = { state: { sum: -1, waiting: [] } as Sum, position: messages.length };
  const target: Rebuildable = {
    behaviour: { ...behaviour, ...(past === undefined ? {} : { past }) } as unknown as FoldBehaviour<
      unknown,
      unknown
    >,
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
  const run = (dryRun = false, others: Partial<RebuildOptions> = {}) =>
    rebuild(target, { question: "how much?", dryRun, ...others }, { reader, clock: systemClock });
  return { append, live, hold, run, reads, purge: (to: number) => (first = to) };
}

test("a state made again takes the place of the live one, and both are asked at the same position", async () => {
  const { live, run, hold } = world(["1", "poison", "2"]);
  const done = await run();
  assert.ok(done.ok);
  const answer = (sum: number) => ({ ok: true, value: { sum, question: "how much?", position: 3 } });
  const { tookMs: _, ...said } = done.value;
  assert.deepEqual(said, {
    source: "stream",
    position: 3,
    messages: 3,
    records: 0,
    pastUpTo: 0,
    before: answer(-1),
    after: answer(3),
    swapped: true,
  });
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

/** Keeps the sum of the first messages. */
const pastOf = (reach: number, others: Partial<FoldPast<Sum>> = {}): FoldPast<Sum> => ({
  reach: async () => ({ ok: true, value: reach }),
  fold: async (state, _, upTo, folded) => {
    for (let message = 1; message <= upTo; message++) {
      state.sum += 10;
      state.waiting.push({ subject: "even", id: `past-${message}`, data: new Uint8Array(0) });
      await folded(1, message / upTo);
    }
    return { ok: true, value: undefined };
  },
  takeOver: (state, live) => {
    state.waiting = [...live.waiting];
    return { ok: true, value: undefined };
  },
  ...others,
});

test("what the stream has forgotten is folded from where it is kept, and the stream goes on from there", async () => {
  const { live, run, purge } = world(["forgotten", "10", "4", "5"], pastOf(2));
  live.state.waiting = [{ subject: "even", id: "waits", data: new Uint8Array(0) }];
  purge(2);
  const done = await run();
  assert.ok(done.ok);
  const { source, messages, records, pastUpTo } = done.value;
  assert.deepEqual([source, messages, records, pastUpTo], ["past", 2, 2, 2]);
  assert.equal(live.state.sum, 29);
  assert.deepEqual(
    live.state.waiting.map(({ id }) => id),
    ["waits"],
  );
});

test("the past goes no further than the live state, unless that stands before all that the stream has", async () => {
  const ahead = world(["10", "10", "10"], pastOf(3));
  ahead.live.position = 2;
  assert.ok((await ahead.run(false, { from: "past" })).ok);
  assert.equal(ahead.live.state.sum, 20);
  const quiet = world(["10", "10", "10"], pastOf(3));
  quiet.live.position = 0;
  quiet.purge(4);
  assert.ok((await quiet.run()).ok);
  assert.equal(quiet.live.state.sum, 30);
});

test("nothing is replaced where a message is kept nowhere, where the past is away, or where it is refused", async () => {
  const failure = { code: "unavailable", reason: "it starts", retryAfterMs: 1 } as const;
  const cases = [
    [pastOf(1), /begins at 3 now, and what came before is kept only up to 1/],
    [pastOf(2, { reach: async () => ({ ok: false, failure }) }), /it starts/],
    [pastOf(2, { fold: async () => ({ ok: false, failure }) }), /it starts/],
    [pastOf(2, { takeOver: () => ({ ok: false, failure }) }), /it starts/],
  ] as const;
  for (const [past, told] of cases) {
    const { live, run, purge, hold } = world(["1", "2", "3"], past);
    purge(3);
    assert.match(JSON.stringify(await run()), told);
    assert.equal(live.state.sum, -1);
    assert.equal(hold.end, undefined);
  }
});

test("given up under way, it replaces nothing", async () => {
  const stopping = new AbortController();
  const fold: FoldPast<Sum>["fold"] = async (_state, _key, _upTo, folded) => {
    stopping.abort();
    await systemClock.sleep(10);
    await folded(1, 0.5);
    throw new Error("it went on");
  };
  const { live, run } = world(["1", "2"], pastOf(2, { fold }));
  const done = await run(false, { from: "past", signal: stopping.signal });
  assert.match(JSON.stringify(done), /cancelled/);
  assert.equal(live.state.sum, -1);
});
