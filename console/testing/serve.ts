import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { contentSecurityPolicy } from "../../protocols/content-security-policy.ts";
import { contractAnswer, type ContractState, type Reaction } from "./contract.ts";
import { resultOf } from "./fixtures.ts";

// The built console behind the policy it must live with, and the HTTP contract answered from fixtures.

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".svg": "image/svg+xml",
  ".woff2": "font/woff2",
};
const dist = fileURLToPath(new URL("../dist/", import.meta.url));

export interface ConsoleServer {
  readonly origin: string;
  readonly state: ContractState;
  /** Open event streams just now. */
  streams(): number;
  close(): Promise<void>;
}

export async function serveConsole(state: ContractState): Promise<ConsoleServer> {
  const open = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    handle(request, response, state, open).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    state,
    streams: () => open.size,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  state: ContractState,
  open: Set<ServerResponse>,
): Promise<void> {
  response.setHeader("content-security-policy", contentSecurityPolicy);
  const url = new URL(request.url ?? "/", "http://localhost");
  if (url.pathname.startsWith("/stream/results/")) return stream(response, state, open);
  if (url.pathname === "/ready") return send(response, { status: 200, body: { ready: true, parts: [] } });
  if (!url.pathname.startsWith("/v1/")) return file(url.pathname, response);
  const text = await textOf(request);
  const body: unknown = text === "" ? undefined : JSON.parse(text);
  const { method = "GET", headers } = request;
  send(
    response,
    contractAnswer(state, { method, url, body, ifMatch: headers["if-match"], cookie: headers.cookie ?? "" }),
  );
}

function send(response: ServerResponse, { status, body, headers = {} }: Reaction): void {
  const type = status < 400 ? "application/json" : "application/problem+json";
  response.writeHead(status, { "content-type": type, "x-request-id": "req-7f3a", ...headers });
  response.end(body === undefined ? "" : JSON.stringify(body));
}

/** A result at once, then one each 500 ms: a test waits less than a second for a tick. */
const tickMs = 500;

function stream(response: ServerResponse, state: ContractState, open: Set<ServerResponse>): void {
  const experiment = state.experiments[0]?.entity;
  if (experiment === undefined || state.refuseStreams)
    return send(response, { status: 503, body: { code: "unavailable" } });
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  open.add(response);
  let tick = 0;
  const tell = (): void => {
    const result = { ...resultOf(experiment, { tick: tick++, mismatch: state.mismatch }), at: Date.now() };
    response.write(`id: ${result.revision}\nevent: result\ndata: ${JSON.stringify(result)}\n\n`);
  };
  tell();
  const timer = setInterval(tell, tickMs);
  response.on("close", () => {
    clearInterval(timer);
    open.delete(response);
  });
}

async function file(path: string, response: ServerResponse): Promise<void> {
  const name = extname(path) === "" ? "index.html" : normalize(path);
  try {
    const bytes = await readFile(join(dist, name));
    response
      .writeHead(200, { "content-type": types[extname(name)] ?? "application/octet-stream" })
      .end(bytes);
  } catch {
    response.writeHead(404).end();
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}
