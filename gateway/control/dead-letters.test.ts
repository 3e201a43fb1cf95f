import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import type { LetterDetail, LetterCounts, LetterPage, RetryReceipt } from "../../protocols/dead-letters.ts";
import { streams } from "../../protocols/topology.ts";
import { eventually, servedHere, serveActors, tokens, type Asked } from "../testing/gateway.ts";

const { log, gateway } = await servedHere();
beforeEach(async () => {
  await gateway.post("/v1/dead-letters/drop", { filter: {} });
});

const path = "/v1/dead-letters";
const unknown = (id: string, userId = "ada") => ({
  type: "exposure",
  id,
  userId,
  experimentKey: "nope",
  variant: "a",
});
const metric = (id: string, name = "bought") => ({ type: "metric", id, userId: "ada", name });

const list = async (query = "?env=test", token?: string): Promise<LetterPage["items"]> =>
  ((await gateway.get(`${path}${query}`, { token })).json as unknown as LetterPage).items;

/** Events of which some are refused; resolves when all their letters are there. */
async function refuse(events: readonly unknown[], letters: number): Promise<void> {
  const before = (await list("?limit=200")).length;
  const receipt = await gateway.post("/v1/events?env=test", events);
  assert.equal(receipt.status, 202, receipt.text);
  await eventually(async () => (await list("?limit=200")).length === before + letters);
}

async function lastOf(stream: string): Promise<number> {
  return (await log.connection.reader.bounds(stream)).last;
}

async function storedText(stream: string): Promise<string> {
  const { first, last } = await log.connection.reader.bounds(stream);
  let text = "";
  const range = { stream, subject: stream === "DEAD" ? "dead.>" : "events.>", from: first, to: last };
  for await (const { data } of log.connection.reader.readRange(range)) text += Buffer.from(data).toString();
  return text;
}

async function setAside(letter: Record<string, unknown>): Promise<string> {
  const outcome = await log.connection.writer.append(
    `dead.${String(letter["what"])}`,
    Buffer.from(JSON.stringify(letter)),
  );
  assert.equal(outcome.kind, "stored");
  return outcome.kind === "stored" ? `${outcome.sequence}-0` : "";
}

describe("refused events", () => {
  test("are listed newest first, with reason, sender and kind, without raw keys, and counted by reason", async () => {
    await refuse([unknown("a"), { type: "metric", id: "b", userId: "ada" }, metric("fine"), unknown("c")], 3);
    const items = await list();
    assert.deepEqual(
      items.map(({ code, type }) => [code, type]),
      [
        ["unknown_experiment", "exposure"],
        ["invalid_event", "metric"],
        ["unknown_experiment", "exposure"],
      ],
    );
    for (const { kind, from, environment } of items)
      assert.deepEqual([kind, from, environment], ["event", tokens.root.slice(0, 12), "test"]);
    const detail = (await gateway.get(`${path}/${items[0]?.id ?? ""}`)).json as unknown as LetterDetail;
    assert.equal(detail.mayRetry, true);
    assert.equal((detail.original as Record<string, unknown>)["id"], "c");
    assert.doesNotMatch(JSON.stringify(detail), /ada/);
    const counts = (await gateway.get(`${path}/counts?env=test`)).json as unknown as LetterCounts;
    assert.equal(counts.complete, true);
    assert.deepEqual(
      counts.items.map(({ code, count }) => [code, count]),
      [
        ["unknown_experiment", 2],
        ["invalid_event", 1],
      ],
    );
  });

  test("come in pages that hold each letter once, and by code and sender", async () => {
    await refuse(
      Array.from({ length: 7 }, (_, index) => unknown(`page-${index}`)),
      7,
    );
    const seen: string[] = [];
    let cursor = "";
    do {
      const page = (await gateway.get(`${path}?env=test&limit=3${cursor}`)).json as unknown as LetterPage;
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.next === undefined ? "" : `&cursor=${page.next}`;
    } while (cursor !== "");
    assert.equal(new Set(seen).size, 7);
    assert.equal(seen.length, 7);
    assert.equal((await list("?code=invalid_event")).length, 0);
    assert.equal((await list("?from=weir_sroot&kind=event")).length, 7);
    assert.equal((await list("?from=somebody")).length, 0);
  });

  test("are dropped one by one or by filter; the others of their message stay, and the dropped bytes are gone", async () => {
    await refuse([unknown("keep-1"), unknown("drop-me"), unknown("keep-2")], 3);
    const [, middle] = await list();
    const dropped = await gateway.send("DELETE", `${path}/${middle?.id ?? ""}`);
    assert.deepEqual(dropped.json, { dropped: 1, more: false });
    const text = await storedText("DEAD");
    assert.match(text, /keep-1/);
    assert.match(text, /keep-2/);
    assert.doesNotMatch(text, /drop-me/);
    assert.equal((await gateway.get(`${path}/${middle?.id ?? ""}`)).json["code"], "letter_not_found");
    const rest = await gateway.post(`${path}/drop?env=test`, { filter: { code: "unknown_experiment" } });
    assert.equal(rest.json["dropped"], 2);
    assert.equal((await list()).length, 0);
  });

  test("sent again with a patch, they count under their own ids, once, and their letters go", async () => {
    await refuse([unknown("late-1"), unknown("late-2")], 2);
    const patch = { experimentKey: "exp", variant: "control" };
    const first = await gateway.post(`${path}/retry?env=test`, { filter: {}, patch });
    assert.deepEqual(first.json, { retried: 2, duplicate: 0, failed: [], more: false }, first.text);
    assert.equal((await list()).length, 0);
    const text = await storedText("EVENTS");
    assert.equal(text.match(/"id":"late-1"/g)?.length, 1);
    const again = await gateway.post("/v1/events?env=test", { ...unknown("late-1"), ...patch });
    assert.equal(again.json["accepted"], 0, again.text);
  });

  test("refused again they keep the letter that they have, and no second one is written", async () => {
    await refuse([unknown("never")], 1);
    const [letter] = await list();
    const receipt = (await gateway.post(`${path}/retry?env=test`, { ids: [letter?.id] }))
      .json as unknown as RetryReceipt;
    assert.deepEqual(
      receipt.failed.map(({ id, code }) => [id, code]),
      [[letter?.id, "unknown_experiment"]],
    );
    assert.deepEqual(
      (await list()).map(({ id }) => id),
      [letter?.id],
    );
  });

  test("while somebody else changes letters a change is refused with the time to wait", async () => {
    const bucket = await log.connection.bucket("OPERATIONS");
    const held = await bucket.put("lock.letters", Buffer.from(`${Date.now() + 60_000} x`), 0);
    assert.equal(held.kind, "stored");
    const refused = await gateway.post(`${path}/drop`, { filter: {} });
    assert.deepEqual([refused.status, refused.json["code"]], [409, "busy"]);
    await bucket.delete("lock.letters");
  });
});

describe("what the runtime set aside", () => {
  test("is shown with its place and stack; a message goes to its stream again under the same bytes", async () => {
    const bytes = Buffer.from(JSON.stringify({ type: "bot", id: "b", at: 1, unit: "u" }));
    const id = await setAside({
      what: "message",
      kind: "partition",
      key: "test/3",
      id: "test/3-9",
      reason: "TypeError: x is not a function",
      stack: "TypeError: x\n at y",
      place: { stream: "EVENTS", subject: "events.test.3", sequence: 9 },
      original: bytes.toString("base64"),
    });
    const [letter] = await list("?kind=message");
    assert.deepEqual(
      [letter?.id, letter?.code, letter?.from, letter?.environment],
      [id, "TypeError", "partition/test/3", "test"],
    );
    const before = await lastOf(streams.events.name);
    const receipt = await gateway.post(`${path}/retry`, { ids: [id] });
    assert.deepEqual(receipt.json, { retried: 1, duplicate: 0, failed: [], more: false });
    assert.equal(await lastOf(streams.events.name), before + 1);
    assert.equal((await list("?kind=message")).length, 0);
  });

  test("a command is told again; what the actor crashes on again stays; a gap cannot be retried", async () => {
    const asked: Asked[] = [];
    const stop = await serveActors(log.connection, (each) => {
      asked.push(each);
      return each.message.type === "fine"
        ? { ok: true, value: null }
        : { ok: false, failure: { code: "internal", reference: "x" } as { code: string } };
    });
    const letter = { what: "command", kind: "environment", key: "test", reason: "Error: boom" };
    const fine = await setAside({ ...letter, id: "1", original: { by: "me", message: { type: "fine" } } });
    const bad = await setAside({ ...letter, id: "2", original: { by: "me", message: { type: "bad" } } });
    const gap = await setAside({ what: "gap", kind: "partition", key: "test/0", id: "g", reason: "purged" });
    const receipt = (await gateway.post(`${path}/retry`, { ids: [fine, bad, gap] }))
      .json as unknown as RetryReceipt;
    await stop();
    assert.equal(receipt.retried, 1);
    assert.deepEqual(
      receipt.failed.map(({ id, code }) => [id, code]),
      [
        [bad, "internal"],
        [gap, "frozen"],
      ],
    );
    assert.deepEqual(
      asked.map(({ id }) => id),
      [`letter-${fine}`, `letter-${bad}`],
    );
  });
});

test("only an admin sees letters, a token of one environment those of its events, and an unreadable letter stops nobody", async () => {
  assert.equal((await gateway.get(path, { token: tokens.reader })).status, 403);
  await log.connection.writer.append("dead.events.test", Buffer.from("not json"));
  await log.connection.writer.append(
    "dead.gap",
    Buffer.from('{"what":"gap","kind":"partition","key":"test/0"}'),
  );
  assert.deepEqual(
    (await list()).map(({ kind, code }) => [kind, code]),
    [
      ["gap", ""],
      ["event", "unreadable"],
    ],
  );
  assert.equal((await gateway.get(`${path}?kind=nothing`)).status, 400);
  assert.equal((await gateway.get(`${path}?cursor=foreign`)).status, 400);
  assert.equal((await gateway.get(`${path}/17`)).status, 404);
  assert.equal((await gateway.post(`${path}/drop`, {})).status, 400);
});
