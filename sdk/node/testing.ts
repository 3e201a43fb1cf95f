import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { etagOf } from "../../evaluation/sign.ts";
import { Plan, type SignedPlan } from "../../protocols/plan.ts";
import type { Clock } from "./ports.ts";
import { systemClock } from "./system.ts";

// A service for tests that speaks the HTTP contract over real sockets and does what it is told.

export interface PostedEvent {
  readonly [member: string]: unknown;
}

export interface TestService {
  readonly url: string;
  /** Every request line in order, as in `GET /configs/test`. */
  readonly requests: string[];
  readonly headers: IncomingMessage["headers"][];
  readonly exposures: PostedEvent[];
  readonly outcomes: PostedEvent[];
  /** Plan that is served; changing it tells no stream. */
  plan: SignedPlan;
  /** When set, answers instead of the contract; true means that it has. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | undefined;
  /** Open streams, newest last. */
  readonly streams: ServerResponse[];
  /** Serves a plan and tells the streams. */
  publish(plan: SignedPlan): void;
  close(): Promise<void>;
}

export const putMessage = (plan: SignedPlan): string =>
  `id: ${plan.plan.version}\nevent: put\ndata: ${JSON.stringify(plan)}\n\n`;

export async function startTestService(plan: SignedPlan): Promise<TestService> {
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const service: TestService = {
    url: `http://127.0.0.1:${port}`,
    requests: [],
    headers: [],
    exposures: [],
    outcomes: [],
    plan,
    intercept: undefined,
    streams: [],
    publish(next) {
      service.plan = next;
      for (const stream of service.streams) stream.write(putMessage(next));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  // As the real one does for a token that is good for every environment.
  const namesEnvironment = (request: IncomingMessage): boolean =>
    new URL(request.url ?? "/", service.url).searchParams.get("env") === plan.plan.environment;
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname } = new URL(request.url ?? "/", service.url);
    service.requests.push(`${request.method ?? ""} ${pathname}`);
    service.headers.push(request.headers);
    if (service.intercept?.(request, response) === true) return;
    if (pathname.startsWith("/configs/")) return config(service, request, response);
    if (pathname.startsWith("/stream/")) return openStream(service, request, response);
    if (!namesEnvironment(request)) return void response.writeHead(400).end("{}");
    const events = JSON.parse(await bodyOf(request)) as { events: PostedEvent[] };
    (pathname === "/v1/exposures" ? service.exposures : service.outcomes).push(...events.events);
    response.writeHead(202, { "content-type": "application/json" });
    response.end(
      JSON.stringify({ status: "ok", accepted: events.events.length, duplicate: 0, rejected: 0, errors: [] }),
    );
  };
  return service;
}

function config(service: TestService, request: IncomingMessage, response: ServerResponse): void {
  const etag = `"${service.plan.etag}"`;
  if (request.headers["if-none-match"] === etag) response.writeHead(304, { etag }).end();
  else
    response.writeHead(200, { etag, "content-type": "application/json" }).end(JSON.stringify(service.plan));
}

function openStream(service: TestService, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  response.write("event: heartbeat\ndata: {}\n\n");
  if (Number(request.headers["last-event-id"] ?? 0) < service.plan.plan.version)
    response.write(putMessage(service.plan));
  service.streams.push(response);
  response.on("close", () => service.streams.splice(service.streams.indexOf(response), 1));
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return text;
}

/** A plan with a flag of each type and an experiment that takes everybody. */
export function testPlan(version: number, greeting = "hello"): SignedPlan {
  const flag = (key: string, type: string, value: unknown): unknown => ({
    key,
    type,
    variations: [{ key: "only", value }],
    offVariation: "only",
    fallthrough: { variation: "only" },
  });
  const plan = Plan.parse({
    format: 1,
    environment: "test",
    version,
    publishedAt: 1_700_000_000_000,
    salt: "salt",
    unitSalt: "unit-salt",
    partitions: 8,
    flags: {
      greeting: flag("greeting", "string", greeting),
      enabled: flag("enabled", "boolean", true),
      limit: flag("limit", "number", 12),
      settings: flag("settings", "json", { deep: [1, 2] }),
      button: {
        key: "button",
        type: "string",
        variations: [
          { key: "a", value: "A" },
          { key: "b", value: "B" },
        ],
        offVariation: "a",
        fallthrough: { experiment: "button-test", otherwise: "a" },
      },
    },
    segments: {},
    experiments: {
      "button-test": {
        key: "button-test",
        flag: "button",
        variants: [
          { key: "a", variation: "a", weight: 5_000 },
          { key: "b", variation: "b", weight: 5_000 },
        ],
        control: "a",
        metrics: { primary: "bought" },
        status: "running",
        phase: 1,
        startedAt: 1_700_000_000_000,
      },
    },
    metrics: { bought: { key: "bought", definition: { type: "binary", event: "bought" } } },
  });
  return { plan, etag: etagOf(plan), hmac: "", ed25519: "" };
}

/** Real time, so many times faster: half a minute's watchdog is a moment. */
export const fastClock = (factor: number): Clock => ({
  now: () => systemClock.now(),
  timer: (delayMs, action) => systemClock.timer(delayMs / factor, action),
});

/** Resolves once `condition` holds; fails the test when it does not within `timeoutMs`. */
export async function until(condition: () => boolean, what: string, timeoutMs = 30_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`timed out waiting until ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
