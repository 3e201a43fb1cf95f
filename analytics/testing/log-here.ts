import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";
import { encodeBatch } from "../../protocols/log-record.ts";
import type { LogRecord } from "../../protocols/log-record.ts";
import { openConnection, startNatsServer } from "../../runtime/index.ts";
import type { Connection, StreamSpec } from "../../runtime/index.ts";

export interface LogHere {
  /** The server's data are in `nats`; the rest is free. */
  readonly directory: string;
  readonly url: string;
  readonly connection: Connection;
  /** One message, of these records or bytes; answers its sequence. */
  readonly append: (subject: string, said: readonly LogRecord[] | Uint8Array) => Promise<number>;
}

/** A real log for all tests of a file. As with `warehouseHere`, what uses it to the end has its `after` above. */
export async function logHere(specs: readonly StreamSpec[]): Promise<LogHere> {
  const directory = await mkdtemp(join(tmpdir(), "weir-"));
  const server = await startNatsServer({ dataDir: join(directory, "nats"), syncAlways: false });
  const { url } = server;
  const connection = await openConnection({ url, name: "test", streams: specs });
  after(async () => {
    await connection.drain();
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  });
  return {
    directory,
    url,
    connection,
    append: async (subject, said) => {
      const data = said instanceof Uint8Array ? said : encodeBatch(said);
      const outcome = await connection.writer.append(subject, data);
      assert.ok(outcome.kind === "stored", JSON.stringify(outcome));
      return outcome.sequence;
    },
  };
}
