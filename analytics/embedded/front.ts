import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { Engine, Output } from "./engine.ts";
import { exceptionOf, exceptions, exceptionText, statusOf } from "./exception.ts";
import { execute } from "./execute.ts";
import { bodyBytesMax, readBody } from "./request-body.ts";
import { engineSettings } from "./settings.ts";

// ClickHouse's HTTP interface, as much of it as its clients use, over the engine.

export interface FrontOptions {
  readonly engine: Engine;
  readonly version: string;
  /** What start-up found; served at /health. */
  readonly health: () => Readonly<Record<string, unknown>>;
}

const compress = promisify(gzip);
/** Bodies held at once: a burst of the largest four, and the engine's memory is its own. */
const heldBytesMax = 4 * bodyBytesMax;
const compressFromBytes = 1_024;
/** Parameters of the URL that are neither values nor settings. */
const reserved = new Set([
  "query",
  "query_id",
  "database",
  "default_format",
  "user",
  "password",
  "session_id",
  "role",
]);

/** Parameters travel in the address, lists among them: as much as a ClickHouse server takes (`http_max_uri_size`). */
const headBytesMax = 1024 ** 2;

export function createFront({ engine, version, health }: FrontOptions): Server {
  let heldBytes = 0;
  const server = createServer({ maxHeaderSize: headBytesMax }, (request, response) => {
    const url = new URL(request.url ?? "/", "http://warehouse");
    if (request.method === "GET" && url.pathname === "/ping") return void response.end("Ok.\n");
    if (request.method === "GET" && url.pathname === "/health") {
      response.setHeader("content-type", "application/json");
      return void response.end(JSON.stringify({ version, ...health(), ...engine.load }));
    }
    const queryId = url.searchParams.get("query_id") ?? randomUUID();
    response.setHeader("X-ClickHouse-Query-Id", queryId);
    response.setHeader("X-ClickHouse-Timezone", "UTC");
    response.setHeader("X-ClickHouse-Server-Display-Name", "weir-embedded");
    answer(request, response, url.searchParams).catch((error: unknown) => refuse(request, response, error));
  });

  async function answer(
    request: IncomingMessage,
    response: ServerResponse,
    search: URLSearchParams,
  ): Promise<void> {
    if (request.method !== "GET" && request.method !== "POST") throw exceptions.notImplemented("This method");
    const database = search.get("database") ?? "default";
    if (database !== "default")
      throw exceptions.notImplemented("A database of the session: qualify the table names");
    if (heldBytes >= heldBytesMax) throw exceptions.tooManyBytes(heldBytesMax);
    const body = await readBody(request);
    heldBytes += body.length;
    try {
      const output = await execute(engine, {
        query: search.get("query") ?? "",
        body,
        parameters: new Map([...search].flatMap(([name, value]) => parameterOf(name, value))),
        settings: engineSettings(
          [...search].filter(([name]) => !reserved.has(name) && !name.startsWith("param_")),
        ),
        defaultFormat: search.get("default_format") ?? "TabSeparated",
        taker: { wanted: () => !response.destroyed, take: (bytes) => pour(response, bytes) },
      });
      await send(request, response, output, search.get("enable_http_compression") === "1");
    } finally {
      heldBytes -= body.length;
    }
  }

  function refuse(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.headersSent || response.destroyed) return void response.destroy();
    const exception = exceptionOf(error);
    // The rest of a body nobody will read must not keep the connection; it closes once the answer is out.
    if (!request.complete) response.setHeader("connection", "close");
    response.writeHead(statusOf(exception), {
      "content-type": "text/plain; charset=UTF-8",
      "X-ClickHouse-Exception-Code": exception.code,
    });
    response.end(exceptionText(exception, version));
  }

  // The clients here close idle connections after a second; longer on this side, or they would meet a closing socket.
  server.keepAliveTimeout = 10_000;
  return server;
}

const parameterOf = (name: string, value: string): [string, string][] =>
  name.startsWith("param_") ? [[name.slice("param_".length), value]] : [];

/** A piece of a long answer; false once the client has left. What fails after the first cuts the connection. */
async function pour(response: ServerResponse, bytes: Uint8Array): Promise<boolean> {
  if (response.destroyed) return false;
  if (!response.headersSent) response.setHeader("content-type", "application/octet-stream");
  if (!response.write(bytes)) {
    const settled = new AbortController();
    const { signal } = settled;
    await Promise.race([once(response, "drain", { signal }), once(response, "close", { signal })]);
    settled.abort(); // and the listener of the other
  }
  return !response.destroyed;
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  output: Output & { readonly format: string },
  mayCompress: boolean,
): Promise<void> {
  if (response.headersSent) return void response.end(); // poured
  const { bytes, rowsRead, bytesRead, rowsWritten, elapsedMs } = output;
  response.setHeader("content-type", contentTypeOf(output.format));
  response.setHeader("X-ClickHouse-Format", output.format);
  response.setHeader(
    "X-ClickHouse-Summary",
    JSON.stringify({
      read_rows: String(rowsRead),
      read_bytes: String(bytesRead),
      ...(rowsWritten === undefined ? {} : { written_rows: String(rowsWritten) }),
      written_bytes: "0",
      total_rows_to_read: "0",
      result_rows: "0",
      result_bytes: String(bytes.length),
      elapsed_ns: String(Math.round(elapsedMs * 1e6)),
    }),
  );
  const accepts = String(request.headers["accept-encoding"] ?? "").includes("gzip");
  if (!mayCompress || !accepts || bytes.length < compressFromBytes) return void response.end(bytes);
  response.setHeader("content-encoding", "gzip");
  response.end(await compress(bytes));
}

function contentTypeOf(format: string): string {
  if (/^JSON.*EachRow/.test(format)) return "application/x-ndjson; charset=UTF-8";
  if (format.startsWith("JSON")) return "application/json; charset=UTF-8";
  if (format.startsWith("CSV")) return "text/csv; charset=UTF-8";
  return /^(TSV|TabSeparated)/.test(format)
    ? "text/tab-separated-values; charset=UTF-8"
    : "text/plain; charset=UTF-8";
}
