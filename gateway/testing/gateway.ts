import { after } from "node:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Directory, TokenRecord } from "../../protocols/directory.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Plan } from "../../protocols/plan.ts";
import { buckets, escapeToken, organisationKey, streams } from "../../protocols/topology.ts";
import { createKeys, parseKeys, type Keys } from "../../evaluation/keys.ts";
import { signPlan } from "../../evaluation/sign.ts";
import { experiment, flag, planOf } from "../../evaluation/testing.ts";
import {
  openConnection,
  silentLog,
  startNatsServer,
  systemClock,
  systemRandom,
  type Connection,
  type NatsServer,
} from "../../runtime/index.ts";
import { tokenHash } from "../auth.ts";
import { gatewayConfig } from "../config.ts";
import { openGateway, type Gateway } from "../gateway.ts";

// A gateway on a real log for tests, with a directory and a plan that the test writes itself.

export const tokens = {
  root: "weir_sroot-root-root-root",
  server: "weir_sserver-server-server",
  browser: "weir_bbrowser-browser",
  reader: "weir_sreader-reader",
  expired: "weir_sexpired-expired",
} as const;

const record = (text: string, members: Partial<TokenRecord>): TokenRecord => ({
  hash: tokenHash(text),
  prefix: text.slice(0, 12),
  name: text,
  kind: "server",
  scopes: ["admin", "ingestion:backfill"],
  createdAt: 0 as never,
  ...members,
});

export const directory = (version = 1): Directory => ({
  version,
  projects: [{ key: "main", name: "Main" }],
  environments: ["test", "empty", "dotted.env"].map((key) => ({
    key: key as never,
    project: "main",
    name: key,
    production: false,
    partitions: 8,
    createdAt: 0 as never,
    archived: false,
  })),
  tokens: [
    record(tokens.root, {}),
    record(tokens.server, { scopes: ["flags:evaluate", "ingestion:write"], environment: "test" as never }),
    record(tokens.browser, {
      kind: "browser",
      scopes: ["flags:evaluate", "ingestion:write"],
      environment: "test" as never,
    }),
    record(tokens.reader, { scopes: ["experiments:read"], environment: "test" as never }),
    record(tokens.expired, { expiresAt: 1 as never }),
  ],
});

export const testPlan = (version = 1): Plan => ({
  ...planOf({
    flags: [
      flag("plain"),
      flag("split", {
        fallthrough: {
          split: [
            { variation: "on", weight: 5_000 },
            { variation: "off", weight: 5_000 },
          ],
        },
      }),
      flag("killed", { killed: true }),
      flag("shadowed", { fallthrough: { shadow: { variation: "off", candidate: "on" } } }),
      flag("tested", { fallthrough: { experiment: "exp", otherwise: "off" } }),
      flag("beta", {
        rules: [
          {
            id: "beta-users",
            when: { attribute: "beta", op: "eq", value: true },
            serve: { variation: "on" },
          },
        ],
      }),
    ],
    experiments: [experiment("exp", "tested")],
  }),
  version,
});

export interface TestLog {
  readonly nats: NatsServer;
  readonly connection: Connection;
  readonly keys: Keys;
  readonly folder: string;
  putDirectory(document: Directory): Promise<void>;
  putPlan(plan: Plan): Promise<void>;
  close(): Promise<void>;
}

export async function openTestLog(): Promise<TestLog> {
  const folder = await mkdtemp(join(tmpdir(), "weir-gateway-"));
  const nats = await startNatsServer({ dataDir: join(folder, "nats"), syncAlways: false });
  const connection = await openConnection({
    url: nats.url,
    name: "test",
    streams: [streams.events, streams.dead],
  });
  const keys = parseKeys(JSON.stringify(createKeys()));
  const put = async (bucket: string, key: string, value: unknown): Promise<void> => {
    const store = await connection.bucket(bucket);
    const before = await store.get(key);
    await store.put(key, Buffer.from(JSON.stringify(value)), before?.revision ?? 0);
  };
  return {
    nats,
    connection,
    keys,
    folder,
    putDirectory: (document) => put(buckets.directory, organisationKey, document),
    putPlan: (plan) => put(buckets.plans, escapeToken(plan.environment), signPlan(plan, keys)),
    close: async () => {
      await connection.drain();
      await nats.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export interface TestGateway extends Gateway {
  readonly url: string;
  post(path: string, body: unknown, options?: RequestOptions): Promise<TestResponse>;
  get(path: string, options?: RequestOptions): Promise<TestResponse>;
  send(method: string, path: string, options?: RequestOptions): Promise<TestResponse>;
}
export interface RequestOptions {
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
export interface TestResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Record<string, unknown>;
}

export async function openTestGateway(
  log: Pick<TestLog, "keys" | "folder"> & { readonly nats: Pick<NatsServer, "url"> },
  environment: Readonly<Record<string, string>> = {},
): Promise<TestGateway> {
  const config = gatewayConfig({
    PORT: "0",
    NATS_URL: log.nats.url,
    WEIR_DATA_DIR: log.folder,
    WEIR_CONSOLE_DIR: join(log.folder, "no-console"),
    ...environment,
  });
  if (!config.ok) throw new Error(JSON.stringify(config.failure));
  const opened = await openGateway({
    config: config.value,
    keys: log.keys,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
  });
  if (!opened.ok) throw new Error(JSON.stringify(opened.failure));
  const gateway = opened.value;
  const url = `http://127.0.0.1:${gateway.port}`;
  const send: TestGateway["send"] = async (
    method,
    path,
    { token = tokens.root, headers = {}, body } = {},
  ) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...(token === "" ? {} : { authorization: `Bearer ${token}` }), ...headers },
      ...(body === undefined ? {} : { body }),
      redirect: "manual",
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json") === true && text !== "";
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : {} };
  };
  return {
    ...gateway,
    url,
    send,
    get: (path, options) => send("GET", path, options),
    post: (path, body, options = {}) =>
      send("POST", path, {
        ...options,
        headers: { "content-type": "application/json", ...options.headers },
        body: typeof body === "string" ? body : JSON.stringify(body),
      }),
  };
}

/** A log with one published environment, and a gateway that serves it. */
export async function openServingGateway(): Promise<{ log: TestLog; gateway: TestGateway }> {
  const log = await openTestLog();
  await log.putDirectory(directory());
  await log.putPlan(testPlan());
  const gateway = await openTestGateway(log);
  await gateway.linked;
  await eventually(async () => (await gateway.get("/configs/test")).status === 200);
  return { log, gateway };
}

/** The same for all tests of a file, closed after the last of them. */
export async function servedHere(): Promise<{ log: TestLog; gateway: TestGateway }> {
  const served = await openServingGateway();
  after(async () => {
    await served.gateway.close();
    await served.log.close();
  });
  return served;
}

/** Waits for what comes by itself. */
export async function eventually(holds: () => boolean | Promise<boolean>, msMax = 30_000): Promise<void> {
  const deadline = systemClock.monotonicMs() + msMax;
  while (!(await holds())) {
    if (systemClock.monotonicMs() > deadline) throw new Error(`not within ${msMax} ms: ${holds.toString()}`);
    await systemClock.sleep(10);
  }
}

export type Asked = { readonly id: string; readonly by: string; readonly message: { readonly type: string } };

/** Stands in for the actors: answers every ask with what `answer` says. */
export const serveActors = (
  connection: Connection,
  answer: (asked: Asked, subject: string) => Reply<unknown, { code: string }>,
): Promise<() => Promise<void>> =>
  connection.messaging.serve("cmd.>", async (payload, subject) => answer(payload as Asked, subject));
