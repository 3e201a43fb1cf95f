import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { after, before, test } from "node:test";
import type { PipelinePosition } from "../../protocols/pipeline.ts";
import { Api } from "../api.ts";
import { startWeir, type TestWeir } from "../testing/weir.ts";

// What people are called outside goes in by every door, in good events and bad ones, and must be found nowhere on disk.

const environment = "privacy";
let dataDir: string;
let weir: TestWeir | undefined;
let api: Api;

/** Every raw key that was sent, by where. Random, so that no packing of a file can write one with pieces of another. */
const rawKeys = new Map<string, string>();
const raw = (where: string): string => {
  const key = `${randomBytes(12).toString("hex")}@${randomBytes(4).toString("hex")}.example`;
  rawKeys.set(where, key);
  return key;
};
/** Must be found: otherwise the search proves nothing. */
const marker = `marker${randomBytes(12).toString("hex")}`;

before(async () => {
  dataDir = mkdtempSync(join(tmpdir(), "weir-keys-"));
  weir = await startWeir({ dataDir });
  api = new Api({ url: weir.url, token: weir.token });
  await api.call("POST", "/v1/environments", { body: { key: environment } });
  const query = { env: environment };
  const variations = ["a", "b"].map((key) => ({ key, value: key }));
  await api.call("PUT", "/v1/metrics/bought", {
    query,
    body: { key: "bought", definition: { type: "binary", event: "buy" } },
  });
  await api.call("PUT", "/v1/flags/f", {
    query,
    body: { key: "f", type: "string", variations, offVariation: "a", fallthrough: { experiment: "x" } },
  });
  await api.call("PUT", "/v1/experiments/x", {
    query,
    body: {
      key: "x",
      flag: "f",
      sticky: "store",
      variants: variations.map(({ key }) => ({ key, variation: key, weight: 5_000 })),
      control: "a",
      metrics: { primary: "bought" },
    },
  });
  await api.call("POST", "/v1/experiments/x/start", { query, body: {} });
  const { url, token } = weir;
  const config = (): Promise<Response> =>
    fetch(`${url}/configs/${environment}`, { headers: { authorization: `Bearer ${token}` } });
  await until(async () => (await config()).ok, "the plan is served");
});
after(async () => {
  await weir?.stop();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
});

async function post(
  path: string,
  body: unknown,
  statuses: readonly number[],
  type = "application/json",
): Promise<unknown> {
  assert.ok(weir !== undefined);
  const response = await fetch(`${weir.url}${path}?env=${environment}`, {
    method: "POST",
    headers: { authorization: `Bearer ${weir.token}`, "content-type": type },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  const text = await response.text();
  assert.ok(statuses.includes(response.status), `${path}: ${response.status} ${text}`);
  return JSON.parse(text);
}

async function sendGoodEvents(): Promise<void> {
  const metadata = { marker };
  const exposure = { experimentKey: "x", variant: "a", metadata };
  await post("/v1/exposures", { ...exposure, userId: raw("exposure"), sessionId: raw("session") }, [202]);
  await post("/events/exposure", { ...exposure, unit: raw("short exposure") }, [202]);
  await post("/v1/events/outcome", { name: "buy", userId: raw("outcome"), metadata }, [202]);
  await post("/events/metrics", { name: "buy", userId: raw("short outcome"), unitType: "device" }, [202]);
  const events = [
    { type: "exposure", ...exposure, userId: raw("mixed exposure"), bot: true },
    { type: "metric", name: "buy", userId: raw("mixed metric") },
    { type: "decision", flagKey: "f", variation: "a", userId: raw("decision") },
    { type: "slot", ranking: "r", items: [{ item: "i" }], userId: raw("slot") },
    { type: "reward", of: "r", value: 1, userId: raw("reward") },
    { type: "shadow", flagKey: "f", served: "a", candidate: "b", userId: raw("shadow") },
    { type: "identify", anonymousId: raw("anonymous"), userId: raw("known") },
    { type: "consent", analytics: true, userId: raw("consent") },
  ];
  const receipt = (await post("/v1/events", { events }, [202])) as { accepted: number };
  assert.equal(receipt.accepted, events.length, JSON.stringify(receipt));
  await post("/v1/identify", { unit: raw("identify unit"), known: raw("identify known") }, [202]);
  const optedOut = raw("opted out");
  await post("/v1/consent", { userId: optedOut, analytics: false }, [202]);
  await post("/v1/events/outcome", { name: "buy", userId: optedOut }, [202]);
}

async function decide(): Promise<void> {
  const context = (where: string): object => ({
    targetingKey: raw(where),
    sessionKey: raw(`${where}, session`),
  });
  const body = { envKey: environment, flagKey: "f" };
  await post("/evaluate", { ...body, context: context("evaluate") }, [200]);
  await post("/evaluate", { ...body, context: context("explain"), explain: true }, [200]);
  await post("/evaluate", { ...body, flagKey: "none", context: context("unknown flag") }, [404]);
  await post("/evaluate", { ...body, context: { targetingKey: [raw("wrong type")] } }, [400]);
  await post("/v1/flags/evaluate", { flagKey: "f", userId: raw("flags evaluate") }, [200]);
  const assignment = {
    experimentKey: "x",
    userId: raw("assignment"),
    sessionId: raw("assignment session"),
    trigger: "view",
  };
  const { exposureToken } = (await post("/v1/assignments", assignment, [200])) as { exposureToken: string };
  await post("/v1/exposures", { exposureToken, sessionId: raw("token session") }, [202]);
  await post("/ofrep/v1/evaluate/flags/f", { context: context("OFREP single") }, [200]);
  await post("/ofrep/v1/evaluate/flags", { context: context("OFREP bulk") }, [200]);
  await post("/ofrep/v1/evaluate/flags", { context: { targetingKey: { a: raw("OFREP wrong") } } }, [400]);
}

async function sendBadEvents(): Promise<void> {
  const long = `${raw("too long")}${"x".repeat(1_100)}`;
  const events = [
    { name: "buy", userId: long },
    { name: "buy", userId: raw("two forms"), unit: raw("the other form") },
    { name: "buy", user_id: raw("misspelt member") },
    { name: "buy", [raw("as a member's name")]: 1 },
    { name: "buy", user: { id: raw("nested") } },
    { name: "buy", unitId: raw("as a pseudonym") },
    { name: "buy", userId: [raw("as an array")] },
    { name: "buy", userId: raw("wrong time"), ts: 1 },
    { name: "no blanks", userId: raw("wrong name"), sessionId: raw("of a wrong session") },
    raw("as an event"),
    [raw("as an array of an event")],
  ];
  await post("/v1/events/outcome", { events }, [202]);
  await post("/v1/events", [{ type: "nothing", userId: raw("unknown type") }], [202]);
  await post("/v1/identify", [{ anonymousId: raw("lone anonymous") }, { userId: raw("lone known") }], [202]);
  const twice = raw("linked to itself");
  await post("/v1/identify", { anonymousId: twice, userId: twice }, [202]);
  await post("/v1/consent", { userId: raw("consent without a word") }, [202]);
  await post("/v1/exposures", `{"userId":"${raw("malformed JSON")}"`, [400]);
  await post("/v1/exposures", `{"userId":"${raw("malformed line")}\n`, [202], "application/x-ndjson");
  await post("/v1/exposures", { exposureToken: raw("as a token") }, [202]);
  await post("/v1/events/outcome", `"${raw("body too large")}${"x".repeat(1_100_000)}"`, [413]);
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await holds())) {
    assert.ok(performance.now() < deadline, `not in time: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function isLevel(): Promise<boolean> {
  const position = await api.call<PipelinePosition>("GET", `/v1/environments/${environment}/pipeline`);
  return position.level && position.warehouse > 0;
}

/** The warehouse packs its columns, so it is asked for every row it has, as well as searched. */
async function warehouseRows(): Promise<string> {
  const tables = await warehouse("SELECT name FROM system.tables WHERE database = 'weir' FORMAT TSV");
  const rows: string[] = [];
  for (const name of tables.split("\n").filter((line) => line !== ""))
    rows.push(await warehouse(`SELECT * FROM weir.\`${name}\` FORMAT JSONEachRow`));
  return rows.join("\n");
}

const warehouse = (query: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socketPath = join(dataDir, "warehouse.sock");
    const asking = request({ socketPath, method: "POST", path: "/" }, (response) => {
      let text = "";
      response.on("data", (chunk: Buffer) => (text += chunk.toString()));
      response.on("end", () =>
        response.statusCode === 200 ? resolve(text) : reject(new Error(`${query}: ${text}`)),
      );
    });
    asking.on("error", reject).end(query);
  });

function* filesBelow(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(path);
    else if (entry.isFile() && statSync(path).size > 0) yield path;
  }
}

test("no raw key that came in by any door is in any file of the installation", async () => {
  await sendGoodEvents();
  await decide();
  await sendBadEvents();
  await until(isLevel, "every event is folded and in the warehouse");
  const places = new Map([["the warehouse's rows", Buffer.from(await warehouseRows())]]);
  await weir?.stop(); // so that what is still in memory is written, as at the end of any day
  weir = undefined;
  for (const path of filesBelow(dataDir)) places.set(relative(dataDir, path), readFileSync(path));
  const found: string[] = [];
  const marked = new Set<string>();
  for (const [place, bytes] of places) {
    if (bytes.includes(marker)) marked.add(place.split("/")[0] ?? "");
    for (const [where, key] of rawKeys)
      if (bytes.includes(key) || bytes.includes(Buffer.from(key).toString("base64").slice(0, 30)))
        found.push(`${where}: ${place}`);
  }
  assert.ok(places.size > 20, `${places.size} places`);
  assert.deepEqual(marked, new Set(["the warehouse's rows", "nats"]), "the search finds what is there");
  assert.deepEqual(found, []);
});
