import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { MetricsAddress } from "./settings.ts";

/** A process's one page for Prometheus. */
export interface MetricsServer {
  /** Undefined until it listens. */
  readonly port: number | undefined;
  /** Idempotent. */
  close(): Promise<void>;
}

/** A port that another has, perhaps our own former process, is tried again: metrics must not stop the work. */
const retryMs = 5_000;

/** Without an address there is none. */
export function openMetricsServer(
  address: MetricsAddress | undefined,
  text: () => Promise<string>,
  { clock, log }: { readonly clock: Clock; readonly log: Log },
): MetricsServer {
  const stopping = new AbortController();
  let server: Server | undefined;
  let port: number | undefined;
  const open = async ({ host, port: wanted }: MetricsAddress): Promise<void> => {
    while (!stopping.signal.aborted) {
      const attempt = createServer((request, response) => void answer(request, response, text, log));
      const error = await listen(attempt, host, wanted);
      if (error === undefined) {
        server = attempt;
        port = (attempt.address() as AddressInfo).port;
        return log.info("metrics_served", { host, port });
      }
      log.error("metrics_not_served", { host, port: wanted, error });
      await clock.sleep(retryMs, stopping.signal);
    }
  };
  const opened = address === undefined ? Promise.resolve() : open(address);
  return {
    get port() {
      return port;
    },
    close: async () => {
      stopping.abort();
      await opened;
      server?.closeAllConnections();
      server?.close();
    },
  };
}

const listen = (server: Server, host: string, port: number): Promise<Error | undefined> =>
  new Promise((resolve) => {
    server.once("error", resolve);
    server.listen(port, host, () => resolve(undefined));
  });

async function answer(
  { method, url = "" }: IncomingMessage,
  response: ServerResponse,
  text: () => Promise<string>,
  log: Log,
): Promise<void> {
  try {
    if (method !== "GET" && method !== "HEAD")
      return void response.writeHead(405, { allow: "GET, HEAD" }).end();
    if (url.split("?", 1)[0] !== "/metrics") return void response.writeHead(404).end();
    const body = await text();
    response.writeHead(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }).end(body);
  } catch (error) {
    log.error("metrics_not_rendered", { error });
    if (!response.headersSent) response.writeHead(500);
    response.end();
  }
}
