import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ActorFilter } from "../../protocols/actor-operations.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import { Entity } from "../entity/entity.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { FoldBehaviour } from "../fold.ts";
import type { Rebuildable } from "../folds/rebuild.ts";
import type { Activation, ActivationView } from "../hosting/activation.ts";
import { MemoryKeyValue } from "../memory/key-value.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { encodeRecord, hostKey, shardKey } from "../ownership/lease-records.ts";
import type { Connection, Messaging, StreamMessage } from "../ports/connection.ts";
import { memoryTools, ownershipOf } from "../testing/actor-tools.ts";
import { ledger } from "../testing/ledger.ts";
import { hostedActors } from "./hosted-actors.ts";
import type { ListedShard } from "./hosted-actors.ts";
import { hostOperations, serveOperations } from "./host-operations.ts";
import { openOperations } from "./operations-client.ts";
import { emptyRestored } from "../entity/envelope.ts";
import { readAside } from "./read-aside.ts";

type Handler = Parameters<Messaging["serve"]>[1];

const view: ActivationView = {
  status: "live",
  mailbox: 0,
  position: 3,
  effectsWaiting: 0,
  timers: 0,
  restarts: 0,
};
const idle = (overrides: Partial<ActivationView> = {}): Activation => ({
  ask: async () => succeed(null),
  stop: async () => {},
  busy: false,
  usedMs: 0,
  describe: () => ({ ...view, ...overrides }),
});

/** The last byte of each message, added. */
const sum: FoldBehaviour<{ total: number }, never> = {
  kind: "sum",
  version: 1,
  stream: "EVENTS",
  subjectOf: (key) => `events.${key}`,
  init: () => ({ total: 0 }),
  fold: (state, { data }) => {
    if (data[0] === 13) throw new Error("a poisonous message");
    state.total += data[0] ?? 0;
  },
  encode: ({ total }) => Uint8Array.of(total),
  decode: (bytes) => ({ total: bytes[0] ?? 0 }),
  ask: (state) => succeed(state),
};

/** Hosts in one memory: their shards hold what the test puts there. */
function cluster(options: { readonly streamBeginsAt?: number; readonly amounts?: readonly number[] } = {}) {
  const tools = memoryTools();
  const handlers = new Map<string, Handler>();
  const bucket = new MemoryKeyValue();
  const messaging = {
    serve: async (subject: string, handler: Handler) => {
      handlers.set(subject, handler);
      return async () => void handlers.delete(subject);
    },
    request: async (subject: string, payload: unknown) => {
      const handler = handlers.get(subject);
      if (handler === undefined) return fail({ code: "unavailable", reason: "no_responders" });
      return JSON.parse(
        JSON.stringify(await handler(JSON.parse(JSON.stringify(payload)), subject)),
      ) as Reply<never>;
    },
  } as unknown as Messaging;
  const reader = {
    async *readRange({ from, to }: { from: number; to: number }) {
      for (const [index, amount] of (options.amounts ?? []).entries()) {
        const sequence = index + (options.streamBeginsAt ?? 1);
        const message = { sequence, subject: "events.a", time: 0, data: Uint8Array.of(amount) };
        if (sequence >= from && sequence <= to) yield message as StreamMessage;
      }
    },
    bounds: async () => ({ first: options.streamBeginsAt ?? 1, last: 99 }),
    lastSequence: async () => 99,
  };
  const kinds = {
    actors: [ledger()],
    folds: [sum],
    services: [{ kind: "clerk", start: async () => ({}) as never }],
  };
  const shardOf = (): number => 0;
  return {
    tools,
    client: openOperations({ messaging, bucket: async () => bucket } as unknown as Connection, {
      shardCount: 1,
    }),
    handlers,
    bucket,
    host: async (name: string, actors: readonly (readonly [Address, Activation])[]) => {
      const before = (await bucket.get(hostKey(name)))?.revision ?? 0;
      await bucket.put(hostKey(name), encodeRecord({ session: name, beat: 1, leaving: false }), before);
      const live = new Map(
        actors.map(([address, activation]) => [addressText(address), { address, activation }]),
      );
      const shard: ListedShard = {
        epoch: handlers.size + 1,
        list: () => live.values(),
        evict: async (address) => {
          await live.get(addressText(address))?.activation.stop();
          return live.delete(addressText(address));
        },
      };
      const hosted = hostedActors(new Map([[0, shard]]), shardOf, tools.clock);
      await serveOperations(messaging, hosted, {
        ...tools,
        reader,
        host: name,
        kinds: kinds as never,
        shardOf,
      });
    },
    own: async (name: string) => {
      const before = (await bucket.get(shardKey(0)))?.revision ?? 0;
      await bucket.put(shardKey(0), encodeRecord({ host: name, session: name }), before);
    },
  };
}

const of = (kind: string, key: string): Address => ({ kind, key });
const a = of("ledger", "a");
const add = (id: string, amount = 1) => ({ id, by: "tester", message: { type: "add", amount } });
const valueOf = <Value>(reply: Reply<Value, unknown>): Value => {
  assert.ok(reply.ok, JSON.stringify(reply));
  return reply.value;
};
const codeOf = (reply: Reply<unknown, { code: string }>): string => (reply.ok ? "" : reply.failure.code);

describe("the list of live actors", () => {
  test("goes over all hosts, in pages, and names the host that does not answer", async () => {
    const { client, host, bucket, own } = cluster();
    await host("one", [
      [of("ledger", "a"), idle()],
      [of("ledger", "c"), idle({ status: "parked", reason: "too often" })],
    ]);
    await host("two", [
      [of("ledger", "b"), idle()],
      [of("sum", "prod/0"), idle({ lag: 7 })],
    ]);
    await bucket.put(hostKey("gone"), encodeRecord({ session: "x", beat: 1, leaving: false }), 0);
    await own("one");

    const names: string[] = [];
    let after: string | undefined;
    do {
      const page = valueOf(await client.list({}, { after, limit: 3 }));
      assert.ok(page.items.length <= 3);
      assert.deepEqual(page.hosts, [
        { name: "gone", shards: 0, answered: false },
        { name: "one", shards: 1, answered: true },
        { name: "two", shards: 0, answered: true },
      ]);
      names.push(...page.items.map((row) => `${addressText(row)}@${row.host}`));
      after = page.next;
    } while (after !== undefined);
    assert.deepEqual(names, ["ledger/a@one", "ledger/b@two", "ledger/c@one", "sum/prod/0@two"]);

    const keys = async (filter: ActorFilter) =>
      valueOf(await client.list(filter, { limit: 9 })).items.map(({ key }) => key);
    assert.deepEqual(await keys({ kind: "sum" }), ["prod/0"]);
    assert.deepEqual(await keys({ status: "parked" }), ["c"]);
    assert.deepEqual(await keys({ prefix: "pro" }), ["prod/0"]);
    assert.deepEqual(await keys({ host: "one" }), ["a", "c"]);
    assert.equal(codeOf(await client.list({ host: "nobody" }, { limit: 9 })), "unavailable");
  });

  test("shows an actor that moves once, at its newer owner", async () => {
    const { client, host } = cluster();
    await host("old", [[a, idle({ position: 1 })]]);
    await host("new", [[a, idle({ position: 2 })]]);
    const { items } = valueOf(await client.list({}, { limit: 9 }));
    assert.deepEqual(
      items.map(({ host: name, position }) => [name, position]),
      [["new", 2]],
    );
  });
});

describe("one actor", () => {
  test("is shown with its state, journal, timers and effects without being woken", async () => {
    const { client, host, own, tools } = cluster();
    const entity = new Entity(ledger(), a, tools, ownershipOf(1, "one"));
    await entity.ask(add("1", 5));
    await entity.ask(add("2", 7));
    await entity.stop();
    await host("one", []);
    await own("one");
    const detail = valueOf(await client.show(a));
    assert.equal(detail.live, undefined);
    assert.equal(detail.type, "entity");
    assert.deepEqual(detail.state, { value: { total: 12, entries: [5, 7] }, cut: false });
    assert.equal(detail.journal?.events, 2);
    assert.deepEqual([detail.journal?.first.by, detail.journal?.first.steps], ["one", 0]);
    assert.deepEqual([detail.timers, detail.effects], [[], []]);

    assert.equal(codeOf(await client.show(of("ledger", "never"))), "unknown_key");
    assert.equal(codeOf(await client.show(of("singer", "a"))), "unknown_kind");
    assert.equal(valueOf(await client.show(of("clerk", "a"))).type, "service");
  });

  test("whose journal has a hole is shown with the reason in place of its state", async () => {
    const { client, host, own, tools } = cluster();
    const data = new TextEncoder().encode(
      JSON.stringify({
        cid: "b",
        prev: "a",
        epoch: 1,
        id: "b",
        by: "x",
        at: 0,
        events: [],
        reply: succeed(0),
      }),
    );
    await tools.journal.append("log.ledger.a", data, 0);
    await host("one", [[a, idle({ status: "parked", reason: "journal_broken" })]]);
    await own("one");
    const detail = valueOf(await client.show(a));
    assert.equal(detail.live?.status, "parked");
    assert.match(detail.problem ?? "", /the journal has a hole/);
    assert.equal(detail.state, undefined);
  });

  test("whose shard nobody owns, or whose owner is gone, is unavailable", async () => {
    const { client, own } = cluster();
    assert.equal(codeOf(await client.show(a)), "unavailable");
    await own("gone");
    assert.equal(codeOf(await client.show(a)), "unavailable");
  });

  test("that is a fold is shown with its state: a live one's from memory, a sleeping one's from its snapshot", async () => {
    const { client, host, own, tools } = cluster({ streamBeginsAt: 2 });
    const snapshot = { version: 1, position: 3, bytes: Uint8Array.of(4), time: 1_000 as EpochMs };
    await tools.snapshots.save(of("sum", "a"), snapshot);
    await tools.snapshots.save(of("sum", "b"), { ...snapshot, bytes: new Uint8Array(9 * 1024 * 1024) });
    const live = { state: { total: 9 }, position: 5 };
    const rebuildable = { live: () => live } as unknown as Rebuildable;
    await host("one", [[of("sum", "live"), { ...idle({ lag: 7 }), rebuildable }]]);
    await own("one");

    const asleep = valueOf(await client.show(of("sum", "a")));
    assert.deepEqual([asleep.state, asleep.statePosition], [{ value: { total: 4 }, cut: false }, 3]);
    assert.deepEqual(asleep.snapshot, { position: 3, version: 1, bytes: 1, time: 1_000 });
    assert.deepEqual(asleep.stream, { stream: "EVENTS", subject: "events.a", first: 2, last: 99 });
    const awake = valueOf(await client.show(of("sum", "live")));
    assert.deepEqual([awake.state?.value, awake.statePosition, awake.live?.lag], [{ total: 9 }, 5, 7]);
    assert.equal(awake.snapshot, undefined);
    const large = valueOf(await client.show(of("sum", "b")));
    assert.equal(large.state, undefined);
    assert.match(large.problem ?? "", /too many to be opened/);
  });

  test("that is evicted has ended when the answer comes", async () => {
    const { client, host, own, tools } = cluster();
    const entity = new Entity(ledger(), a, tools, ownershipOf(1));
    await entity.ask(add("1"));
    await host("one", [[a, entity]]);
    await own("one");
    assert.deepEqual(valueOf(await client.evict(a)), { evicted: true });
    assert.equal(entity.describe().status, "stopped");
    assert.deepEqual(valueOf(await client.evict(a)), { evicted: false });
  });
});

describe("a replay", () => {
  test("is equal to a live state, tells the first field that differs, and stops where it is asked to", async () => {
    const { client, host, own, tools } = cluster();
    const entity = new Entity(ledger(), a, tools, ownershipOf(1));
    for (const id of ["1", "2", "3"]) await entity.ask(add(id, Number(id)));
    const { position } = entity.describe();
    await host("one", [[a, entity]]);
    await own("one");
    const equal = valueOf(await client.replay(a));
    assert.equal(equal.verdict, "equal");
    assert.deepEqual([equal.against, equal.events, equal.commits, equal.position], ["live", 3, 4, position]);
    assert.equal(equal.digest, equal.otherDigest);

    // Memory that somebody has touched.
    const held = { position, state: { total: 6, entries: [1, 99, 3] } };
    await host("one", [[a, Object.assign(idle(), { held })]]);
    const different = valueOf(await client.replay(a));
    assert.equal(different.verdict, "different");
    assert.deepEqual(different.difference, { path: "entries[1]", recomputed: 2, other: 99 });

    const early = valueOf(await client.replay(a, position - 1));
    assert.deepEqual([early.verdict, early.events, early.position], ["computed", 2, position - 1]);
    assert.equal(codeOf(await client.replay(of("ledger", "never"))), "unknown_key");
    assert.equal(codeOf(await client.replay(of("clerk", "a"))), "invalid_message");
    await entity.stop();
  });

  test("of a sleeping actor is held against its snapshot and what follows it", async () => {
    const { client, host, own, tools } = cluster();
    const entity = new Entity(ledger({ snapshotEveryCommits: 2 }), a, tools, ownershipOf(1));
    for (const id of ["1", "2", "3"]) await entity.ask(add(id));
    await entity.stop();
    await host("one", []);
    await own("one");
    const report = valueOf(await client.replay(a));
    assert.deepEqual([report.verdict, report.against, report.events], ["equal", "snapshot", 3]);
  });

  test("of a fold folds its subject again, poisonous messages left out, against its snapshot", async () => {
    const { client, host, own, tools } = cluster({ amounts: [1, 13, 2] });
    await tools.snapshots.save(of("sum", "a"), { version: 1, position: 3, bytes: Uint8Array.of(3) });
    await host("one", []);
    await own("one");
    const report = valueOf(await client.replay(of("sum", "a")));
    assert.deepEqual([report.verdict, report.against, report.commits], ["equal", "snapshot", 3]);
    await tools.snapshots.save(of("sum", "b"), { version: 1, position: 3, bytes: Uint8Array.of(4) });
    assert.equal(valueOf(await client.replay(of("sum", "b"))).verdict, "different");
  });

  test("of a fold whose stream has forgotten its beginning says so instead of judging", async () => {
    const { client, host, own, tools } = cluster({ amounts: [1, 2], streamBeginsAt: 5 });
    await tools.snapshots.save(of("sum", "a"), { version: 1, position: 6, bytes: Uint8Array.of(30) });
    await host("one", []);
    await own("one");
    const report = valueOf(await client.replay(of("sum", "a")));
    assert.equal(report.verdict, "computed");
    assert.match(report.note ?? "", /begins at 5/);
  });

  test("ends when its time is over, and says how far it came", async () => {
    const { tools } = cluster();
    const entity = new Entity(ledger(), a, tools, ownershipOf(1));
    for (const id of ["1", "2", "3"]) await entity.ask(add(id));
    await entity.stop();
    const start = emptyRestored(ledger(), "a");
    const read = { start, upTo: Number.MAX_SAFE_INTEGER, msMax: -1 };
    const aside = await readAside(ledger(), a, read, tools);
    assert.deepEqual([aside.finished, aside.commits], [false, 1]);
  });

  test("runs alone on its host: a second one is put off", async () => {
    const { client, host, own, tools } = cluster();
    const entity = new Entity(ledger(), a, tools, ownershipOf(1));
    await entity.ask(add("1"));
    await entity.stop();
    await host("one", []);
    await own("one");
    const [first, second] = await Promise.all([client.replay(a), client.replay(a)]);
    assert.deepEqual([first.ok, codeOf(second)], [true, "mailbox_full"]);
  });
});

test("what is no request of an operator is refused by name", async () => {
  const { host, handlers } = cluster();
  await host("one", []);
  const answer = await handlers.get(hostOperations("one"))?.({ type: "dance" }, "");
  assert.equal(answer?.ok === false && answer.failure.code, "invalid_message");
});
