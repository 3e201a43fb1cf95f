import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { UnitId } from "../../protocols/ids.ts";
import { partitionOf, streams, subjects } from "../../protocols/topology.ts";
import type { DeletionReceipt } from "../../protocols/privacy.ts";
import { unitIdOf } from "../../evaluation/unit.ts";
import {
  eventually,
  openServingGateway,
  openTestGateway,
  serveActors,
  testPlan,
  tokens,
  type TestGateway,
  type TestLog,
} from "../testing/gateway.ts";

// The buckets, the log, letters and the door of real gateways; actors and analytics are stood in for. The whole of it
// is deleted from in cli/end-to-end/privacy.test.ts.

let log: TestLog;
let gateway: TestGateway;
let other: TestGateway;
const stops: (() => Promise<void>)[] = [];
/** What stands in for folds and warehouse has folded so far; behind at first. */
let reached = 0;
let left = 0;
const deleted: string[] = [];

before(async () => {
  ({ log, gateway } = await openServingGateway());
  other = await openTestGateway(log);
  await other.linked;
  await eventually(async () => (await other.get("/configs/test")).status === 200);
  stops.push(
    await serveActors(log.connection, ({ message }) =>
      message.type === "position"
        ? { ok: true, value: { position: reached } }
        : { ok: true, value: { summary: { variants: [{ units: left }] } } },
    ),
    await log.connection.messaging.serve(subjects.warehousePosition, async () => ({
      ok: true,
      value: { acknowledged: reached },
    })),
    await log.connection.messaging.serve(subjects.deleteUnit, async (payload) => {
      deleted.push((payload as { unit: string }).unit);
      return { ok: true, value: { units: 1, removed: 3, left } };
    }),
  );
});
after(async () => {
  await Promise.all(stops.map((stop) => stop()));
  await other?.close();
  await gateway?.close();
  await log?.close();
});

const unitOf = (rawKey: string): UnitId => unitIdOf(testPlan().unitSalt, "user", rawKey);
const path = "/v1/privacy/deletions";
const receiptOf = async (id: string): Promise<DeletionReceipt> =>
  (await gateway.get(`${path}/${id}?env=test`)).json as unknown as DeletionReceipt;
const stateOf = ({ stores }: DeletionReceipt, name: string) => stores.find(({ store }) => store === name);

async function ask(body: unknown): Promise<DeletionReceipt> {
  const answer = await gateway.post(`${path}?env=test`, body);
  assert.equal(answer.status, 202, answer.text);
  return answer.json as unknown as DeletionReceipt;
}

async function textOf(stream: string, subject: string): Promise<string> {
  const { first, last } = await log.connection.reader.bounds(stream);
  let text = "";
  for await (const message of log.connection.reader.readRange({ stream, subject, from: first, to: last }))
    text += `${message.subject} ${Buffer.from(message.data).toString()}\n`;
  return text;
}

describe("a deletion", () => {
  const phone = unitOf("phone-of-ada");
  const ada = unitOf("ada");
  const tablet = unitOf("tablet-of-ada");

  test("takes a unit and all that are linked to it out of buckets and letters, and says what is pending and why", async () => {
    const said = await gateway.post("/v1/events?env=test", [
      { type: "consent", id: "c", unit: "ada", analytics: true },
      { type: "identify", id: "i1", anonymousId: "phone-of-ada", userId: "ada" },
      { type: "identify", id: "i2", anonymousId: "tablet-of-ada", userId: "ada" },
      { type: "metric", id: "bad", userId: "ada" },
      { type: "metric", id: "bad-2", userId: "bob" },
    ]);
    assert.equal(said.json["accepted"], 3, said.text);
    const assignments = await log.connection.bucket("ASSIGN");
    await assignments.put(
      `test.${ada}`,
      Buffer.from('{"exp":{"phase":1,"variant":"control","until":9e15}}'),
      0,
    );
    await eventually(async () => (await textOf("DEAD", "dead.>")).includes("bad-2"));

    const receipt = await ask({ units: ["phone-of-ada"], reason: "ticket 7" });
    assert.deepEqual([receipt.units, receipt.state, receipt.reason], [3, "pending", "ticket 7"]);
    await eventually(async () => stateOf(await receiptOf(receipt.id), "letters")?.state === "done", 10_000);
    const now = await receiptOf(receipt.id);
    for (const store of ["log", "consents", "identities", "assignments"])
      assert.deepEqual([store, stateOf(now, store)?.state, stateOf(now, store)?.left], [store, "done", 0]);
    assert.match(stateOf(now, "folds")?.reason ?? "", /is at 0 of \d+/);
    assert.match(stateOf(now, "warehouse")?.reason ?? "", /the sink is at 0 of \d+/);
    const letters = await textOf("DEAD", "dead.>");
    for (const unit of [phone, ada, tablet]) {
      assert.ok(!letters.includes(unit));
      for (const name of ["CONSENTS", "IDENTITIES", "ASSIGN"])
        assert.equal(await (await log.connection.bucket(name)).get(`test.${unit}`), undefined, name);
      const events = await textOf("EVENTS", `events.test.${partitionOf(unit, 8)}`);
      assert.match(events, new RegExp(`"type":"deletion","id":"deletion:${receipt.id}:${unit}"`));
    }
    assert.match(letters, /bad-2/);
  });

  test("is told to every gateway: later events of the unit are turned away, another consent as well", async () => {
    const before = (await log.connection.reader.bounds(streams.events.name)).last;
    const later = [
      { type: "metric", id: "later", userId: "ada", name: "bought" },
      { type: "consent", id: "anew", unit: "ada", analytics: true },
      { type: "identify", id: "i3", anonymousId: "watch", userId: "ada" },
    ];
    for (const each of [gateway, other]) {
      await eventually(async () => {
        const answer = await each.post("/v1/events?env=test", later);
        return answer.json["optedOut"] === 3;
      });
    }
    assert.ok((await log.connection.reader.bounds(streams.events.name)).last >= before);
    const kept = await (await log.connection.bucket("CONSENTS")).get(`test.${ada}`);
    assert.equal(kept, undefined);
  });

  test("goes on when folds and warehouse have read it, and is not done while one of them still has something", async () => {
    const { items } = (await gateway.get(`${path}?env=test`)).json as unknown as { items: DeletionReceipt[] };
    const id = items[0]?.id ?? "";
    left = 2;
    reached = (await log.connection.reader.bounds(streams.events.name)).last;
    await eventually(async () => (stateOf(await receiptOf(id), "warehouse")?.left ?? 0) > 0, 8_000);
    assert.equal(stateOf(await receiptOf(id), "warehouse")?.state, "pending");
    assert.ok((stateOf(await receiptOf(id), "folds")?.left ?? 0) > 0);
    left = 0;
    await eventually(async () => stateOf(await receiptOf(id), "warehouse")?.state === "done", 8_000);
    assert.equal(stateOf(await receiptOf(id), "folds")?.state, "done");
    for (const unit of [phone, ada, tablet]) assert.ok(deleted.includes(unit));
    // Nobody hosts folds here, so that no snapshot can be proved.
    assert.equal(stateOf(await receiptOf(id), "snapshots")?.state, "pending");
  });

  test("needs an admin and a unit; no raw key and no unit of it is in its receipt", async () => {
    assert.equal(
      (await gateway.post(`${path}?env=test`, { units: ["x"] }, { token: tokens.reader })).status,
      403,
    );
    assert.equal((await gateway.post(`${path}?env=test`, {})).status, 400);
    assert.equal((await gateway.post(`${path}?env=test`, { units: ["x"], extra: 1 })).status, 400);
    assert.equal((await gateway.get(`${path}/none?env=test`)).json["code"], "deletion_not_found");
    const { text } = await gateway.get(`${path}?env=test`);
    for (const word of ["phone-of-ada", phone, ada, tablet]) assert.ok(!text.includes(word), word);
  });
});
