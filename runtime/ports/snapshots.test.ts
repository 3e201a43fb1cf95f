import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { MemorySnapshots } from "../memory/snapshots.ts";
import { openConnection } from "../nats/connection.ts";
import type { Connection } from "./connection.ts";
import { snapshotSubject } from "../messaging/address.ts";
import { snapshotsSuite } from "./snapshots.suite.ts";
import { startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";

snapshotsSuite("memory", async () => new MemorySnapshots());

describe("on a server", () => {
  let server: TestNats;
  let connection: Connection;
  const open = async () => {
    assert.ok(connection.store);
    return connection.store.snapshots("SNAPSHOTS");
  };
  before(async () => {
    server = await startNats();
    connection = await openConnection({ url: server.url, name: "snapshots", streams: [] });
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });
  snapshotsSuite("JetStream", open);

  test("a corrupt snapshot is passed over for the one before", async () => {
    const snapshots = await open();
    const address = { kind: "suite", key: "corrupt" };
    await snapshots.save(address, { version: 1, position: 1, bytes: new Uint8Array(10).fill(1) });
    await snapshots.save(address, { version: 1, position: 2, bytes: new Uint8Array(10).fill(2) });
    const subject = snapshotSubject(address);
    const chunks: string[] = [];
    for await (const message of connection.reader.readRange({
      stream: "SNAPSHOTS",
      subject: `${subject}.*.0`,
      from: 1,
      to: 1e9,
    })) {
      chunks.push(message.subject);
    }
    assert.equal(chunks.length, 2);
    await connection.writer.append(chunks[1] ?? "", new Uint8Array(10).fill(3));
    assert.equal((await snapshots.load(address, 1))?.position, 1);
  });

  test("only the chunks of the latest two are kept", async () => {
    const snapshots = await open();
    const address = { kind: "suite", key: "kept" };
    for (let position = 1; position <= 5; position++) {
      await snapshots.save(address, {
        version: 1,
        position,
        bytes: new Uint8Array(2_500_000).fill(position),
      });
    }
    let chunks = 0;
    const subject = `${snapshotSubject(address)}.*.*`;
    for await (const { data } of connection.reader.readRange({
      stream: "SNAPSHOTS",
      subject,
      from: 1,
      to: 1e9,
    })) {
      assert.ok((data[0] ?? 0) >= 4);
      chunks++;
    }
    assert.equal(chunks, 6);
  });
});
