import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Answers every request with this JSON while `use` runs, on an address of this machine only. */
export async function serveOnce<Result>(
  json: unknown,
  use: (baseUrl: string) => Promise<Result>,
): Promise<Result> {
  const body = JSON.stringify(json);
  const server = createServer((_request, response) => {
    response.writeHead(200, { "content-type": "application/json" }).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}
