import assert from "node:assert/strict";
import { connect } from "node:net";
import { after, test } from "node:test";
import { systemClock } from "../runtime/index.ts";
import { eventually } from "../runtime/testing/nats.ts";
import { jsonAnswer, type Answer, type Dispatcher, type Handling, type RequestHead } from "./http.ts";
import { openServer } from "./server.ts";

// The server alone: its requests are answered here, at once or when the test says so.

const waiting: PromiseWithResolvers<Answer>[] = [];
const refusal = jsonAnswer(500, {});

const handling = (head: RequestHead): Handling => ({
  action: { kind: "run" },
  requestId: "named",
  limitLines: "\r\nratelimit: 1",
  extras: [["vary", "origin"]],
  keepsHead: false,
  run: (body) => {
    if (head.path !== "/later")
      return jsonAnswer(200, { query: head.query, bytes: body.byteLength }, [["x-own", "2"]]);
    const answer = Promise.withResolvers<Answer>();
    waiting.push(answer);
    return answer.promise;
  },
  refuse: () => refusal,
  settled: () => undefined,
});
const dispatcher: Dispatcher = {
  knownRoutes: [{ method: "POST", path: "/known", begin: handling }],
  begin: handling,
};
const opened = await openServer(
  { host: "127.0.0.1", port: 0, exclusive: true, bodyBytesMax: 100_000, bodyMsMax: 5_000 },
  dispatcher,
  systemClock,
);
assert.ok(opened.ok);
const server = opened.value;
after(() => server.close(0));
const url = (path: string): string => `http://127.0.0.1:${server.port}${path}`;

test("every header is one of its own, whoever gave it", async () => {
  const { headers } = await fetch(url("/known"), { method: "POST", body: "{}" });
  const names = ["x-request-id", "ratelimit", "vary", "content-type", "x-own"];
  assert.deepEqual(
    names.map((name) => headers.get(name)),
    ["named", "1", "origin", "application/json; charset=utf-8", "2"],
  );
});

test("no query is an empty one (pinned: it was undefined, and parsed)", async () => {
  const query = async (path: string): Promise<unknown> =>
    ((await (await fetch(url(path), { method: "POST", body: "{}" })).json()) as { query: unknown }).query;
  assert.deepEqual(
    [await query("/known"), await query("/known?a=1"), await query("/other"), await query("/other?")],
    ["", "a=1", "", ""],
  );
});

test("a body of many pieces is as whole as one of one", async () => {
  for (const length of [0, 10, 90_000]) {
    const response = await fetch(url("/known"), { method: "POST", body: "x".repeat(length) });
    assert.equal(((await response.json()) as { bytes: number }).bytes, length);
  }
});

test("a client that leaves before its answer is forgotten, and the answer then touches nothing", async () => {
  const socket = connect(server.port, "127.0.0.1");
  socket.write("POST /later HTTP/1.1\r\nhost: x\r\ncontent-length: 2\r\n\r\n{}");
  await eventually("it is being answered", () => waiting.length === 1);
  assert.equal(server.inFlight, 1);
  socket.resetAndDestroy();
  await eventually("it is forgotten", () => server.inFlight === 0);
  waiting[0]?.resolve(jsonAnswer(200, {}));
  assert.equal((await fetch(url("/known"), { method: "POST", body: "{}" })).status, 200);
});

test("an answer that comes later is whole, and counted until then", async () => {
  const asked = fetch(url("/later"), { method: "POST", body: "{}" });
  await eventually("the second is being answered", () => waiting.length === 2);
  assert.equal(server.inFlight, 1);
  waiting[1]?.resolve(jsonAnswer(200, { late: true }));
  assert.deepEqual(await (await asked).json(), { late: true });
  assert.equal(server.inFlight, 0);
});
