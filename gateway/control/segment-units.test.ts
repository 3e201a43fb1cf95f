import assert from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { unitIdOf } from "../../evaluation/unit.ts";
import { fail, succeed, type Reply } from "../../protocols/errors.ts";
import {
  openServingGateway,
  serveActors,
  testPlan,
  tokens,
  type Asked,
  type TestGateway,
  type TestLog,
  type TestResponse,
} from "../testing/gateway.ts";

// Unit lists on their way to a segment. The actors here are stand-ins.

interface Piece {
  readonly type: string;
  readonly upload: string;
  readonly list: string;
  readonly from: number;
  readonly units: readonly string[];
}

let log: TestLog;
let gateway: TestGateway;
let asked: { readonly id: string; readonly message: Piece }[] = [];
let answer: (piece: Piece) => Reply<unknown, { code: string }>;

before(async () => {
  ({ log, gateway } = await openServingGateway());
  await serveActors(log.connection, ({ id, message }: Asked) => {
    const piece = message as unknown as Piece;
    asked.push({ id, message: piece });
    return answer(piece);
  });
});
after(async () => {
  await gateway?.close();
  await log?.close();
});
beforeEach(() => {
  asked = [];
  answer = ({ upload, from, units }) => succeed({ upload, count: from + units.length });
});

const post = (
  query: string,
  body: string,
  headers: Readonly<Record<string, string>> = { "content-type": "text/plain" },
): Promise<TestResponse> =>
  gateway.send("POST", `/v1/segments/beta/units?env=test&${query}`, { headers, body });
const idOf = (key: string, unitType = "user"): string => unitIdOf(testPlan().unitSalt, unitType, key);

describe("a piece of a unit list", () => {
  test("of raw keys, in any form, is one of pseudonyms behind the gateway", async () => {
    const forms = [
      ["text/plain", "\uFEFFada@example.com\r\n\nbob\n"],
      ["application/x-ndjson", '"ada@example.com"\n"bob"\n'],
      ["application/json; charset=utf-8", '["ada@example.com","bob"]'],
    ] as const;
    for (const [type, body] of forms) {
      const { status, json } = await post("upload=u1", body, { "content-type": type });
      assert.deepEqual([status, json], [200, { upload: "u1", count: 2 }], type);
    }
    assert.equal(asked.length, forms.length);
    for (const { message } of asked)
      assert.deepEqual(message, {
        type: "append_units",
        segment: "beta",
        list: "included",
        upload: "u1",
        from: 0,
        units: [idOf("ada@example.com"), idOf("bob")],
      });
    assert.doesNotMatch(JSON.stringify(asked), /ada@example|"bob"/);
  });

  test("of another kind of unit, or for the other list, says so", async () => {
    await post("upload=u1&unitType=device&list=excluded&from=7", "ada");
    const [{ message } = assert.fail("asked")] = asked;
    assert.deepEqual([message.list, message.from, message.units], ["excluded", 7, [idOf("ada", "device")]]);
  });

  test("of pseudonyms is taken as it is", async () => {
    const unit = "A".repeat(22);
    await post("upload=u1&as=unitIds", unit);
    assert.deepEqual(asked[0]?.message.units, [unit]);
  });

  test("that is longer than a message goes in several, each a command of its own under one Idempotency-Key", async () => {
    const body = Array.from({ length: 45_000 }, (_, index) => `u${index}`).join("\n");
    const headers = { "content-type": "text/plain", "idempotency-key": "k" };
    const { json } = await post("upload=u1&from=20000", body, headers);
    assert.deepEqual(json, { upload: "u1", count: 65_000 });
    assert.deepEqual(
      asked.map(({ message }) => [message.from, message.units.length]),
      [
        [20_000, 20_000],
        [40_000, 20_000],
        [60_000, 5_000],
      ],
    );
    assert.equal(new Set(asked.map(({ id }) => id)).size, 3);
    const before = asked.map(({ id }) => id);
    await post("upload=u1&from=20000", body, headers);
    assert.deepEqual(
      asked.slice(3).map(({ id }) => id),
      before,
      "sent again, they are the same commands",
    );
  });

  test("behind a gap is refused with the place where it must begin, and ends there", async () => {
    answer = () => fail({ code: "upload_gap", upload: "u1", count: 20_000 });
    const body = Array.from({ length: 25_000 }, (_, index) => `u${index}`).join("\n");
    const { status, json } = await post("upload=u1&from=40000", body);
    assert.deepEqual([status, json["code"], json["count"]], [409, "upload_gap", 20_000]);
    assert.equal(asked.length, 1);
  });

  test("with mistakes names the first of them, and repeats no raw key", async () => {
    const refused = async (query: string, body: string, type = "application/json") => {
      const { status, json, text } = await post(query, body, { "content-type": type });
      assert.equal(asked.length, 0, text);
      assert.doesNotMatch(text, /secret/);
      return [status, json["code"], (json["issues"] as { path: string }[] | undefined)?.[0]?.path];
    };
    assert.deepEqual(await refused("upload=u1", '["ada",7]'), [400, "invalid_request", "[1]"]);
    assert.deepEqual(await refused("upload=u1", '[""]'), [400, "invalid_request", "[0]"]);
    assert.deepEqual(await refused("upload=u1", "[]"), [400, "invalid_request", ""]);
    assert.deepEqual(await refused("upload=u1", '{"secret":1}'), [400, "invalid_request", ""]);
    assert.deepEqual(await refused("upload=u1&as=unitIds", '["secret"]'), [400, "invalid_request", "[0]"]);
    assert.deepEqual(await refused("upload=U", '["ada"]'), [400, "invalid_request", "upload"]);
    assert.deepEqual(await refused("", '["ada"]'), [400, "invalid_request", "upload"]);
    assert.deepEqual(await refused("upload=u&from=-1", '["ada"]'), [400, "invalid_request", "from"]);
    assert.deepEqual(await refused("upload=u", "secret", "application/x-ndjson"), [
      400,
      "malformed_json",
      undefined,
    ]);
    assert.deepEqual(await refused("upload=u", "a", "image/png"), [415, "unsupported_media_type", undefined]);
  });

  test("needs a published version for raw keys, since the salt comes with it, and the scope to write", async () => {
    const path = "/v1/segments/beta/units?env=empty&upload=u1";
    const headers = { "content-type": "text/plain" };
    const unsalted = await gateway.send("POST", path, { headers, body: "ada" });
    assert.equal(unsalted.json["code"], "nothing_published");
    const ids = await gateway.send("POST", `${path}&as=unitIds`, { headers, body: "A".repeat(22) });
    assert.equal(ids.status, 200);
    const reader = await gateway.send("POST", "/v1/segments/beta/units?upload=u1", {
      token: tokens.reader,
      headers,
      body: "ada",
    });
    assert.equal(reader.status, 403);
  });
});

test("a list is read page by page, and a cursor names the place", async () => {
  answer = () => succeed({ total: 3, units: ["a", "b"], next: 2 });
  const first = await gateway.get("/v1/segments/beta/units?env=test&list=excluded&limit=2");
  assert.deepEqual([first.json["total"], first.json["items"]], [3, ["a", "b"]]);
  answer = () => succeed({ total: 3, units: ["c"] });
  const path = `/v1/segments/beta/units?env=test&limit=2&cursor=${String(first.json["next"])}`;
  assert.deepEqual((await gateway.get(path)).json, { total: 3, items: ["c"] });
  assert.deepEqual(
    asked.map(({ message }) => message),
    [
      { type: "get_units", segment: "beta", list: "excluded", from: 0, limit: 2 },
      { type: "get_units", segment: "beta", list: "included", from: 2, limit: 2 },
    ],
  );
  for (const bad of ["limit=20001", "list=maybe", "cursor=x"])
    assert.equal((await gateway.get(`/v1/segments/beta/units?env=test&${bad}`)).status, 400, bad);
});

test("a segment is put with its units, or with the name of where they are", async () => {
  answer = () => succeed({ entity: { key: "beta" }, version: 1 });
  const put = (body: unknown): Promise<TestResponse> =>
    gateway.send("PUT", "/v1/segments/beta?env=test", {
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const unit = "A".repeat(22);
  await put({ included: { upload: "u1" }, excluded: [unit] });
  await put({ name: "Beta", included: "kept", excluded: "none" });
  await put({});
  const segment = { key: "beta", included: [], excluded: [], rules: [] };
  assert.deepEqual(
    asked.map(({ message }) => message),
    [
      { type: "put_segment", segment: { ...segment, excluded: [unit] }, included: { upload: "u1" } },
      { type: "put_segment", segment: { ...segment, name: "Beta" }, included: "kept", excluded: "none" },
      { type: "put_segment", segment },
    ],
  );
  for (const included of [{ upload: "U" }, "gone", ["short"], { upload: "u", more: 1 }])
    assert.equal((await put({ included })).status, 400, JSON.stringify(included));
});
