import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Backoff } from "../backoff.ts";
import type { Clock } from "./clock.ts";
import { systemClock } from "./clock.ts";
import { decodeCommit } from "../entity/commit.ts";
import type { Connection } from "./connection.ts";
import { newestTail, settleAppend } from "../entity/settle.ts";
import { appendOf, commitNamed, journalSuite } from "./journal.suite.ts";
import { MemoryJournal } from "../memory/journal.ts";
import type { JournalFault } from "../memory/journal.ts";
import { openConnection } from "../nats/connection.ts";
import { seededRandom } from "./random.ts";
import { startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";

journalSuite("memory", async () => new MemoryJournal());

describe("on a server", () => {
  let server: TestNats;
  let connection: Connection;
  before(async () => {
    server = await startNats();
    connection = await openConnection({
      url: server.url,
      name: "journal",
      streams: [{ name: "CONTROL", subjects: ["log.>"] }],
    });
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });
  journalSuite("JetStream", async () => {
    assert.ok(connection.store);
    return connection.store.journal("CONTROL");
  });
});

/** Time that passes only when somebody sleeps: other writers run in between. */
const instant: Clock = { ...systemClock, sleep: () => new Promise((resolve) => setImmediate(resolve)) };

const faults: readonly (JournalFault | undefined)[] = [
  "lost_acknowledgement",
  "late_arrival",
  "lost_request",
  undefined,
  undefined,
];

test("under 300 seeds of lost and late messages two rivals keep one chain, and every acknowledged commit is in it once", async () => {
  for (let seed = 1; seed <= 300; seed++) {
    const random = seededRandom(seed);
    const journal = new MemoryJournal(() => faults[Math.floor(random.fraction() * faults.length)]);
    const subject = "log.simulated.x";
    const acknowledged: string[] = [];
    const rival = async (name: string): Promise<void> => {
      for (let index = 0; index < 12; index++) {
        const tools = { clock: instant, backoff: new Backoff(random), owned: () => true };
        const tail = await newestTail(journal, subject, tools);
        assert.equal(tail.kind, "read");
        if (tail.kind !== "read") return;
        const commit = commitNamed(`${name}${index}`, tail.commit?.cid ?? "");
        const settled = await settleAppend(
          journal,
          { subject, expected: tail.sequence, ...appendOf(commit) },
          tools,
        );
        if (settled.kind === "stored") acknowledged.push(commit.cid);
        else assert.equal(settled.kind, "fenced");
      }
    };
    await Promise.all([rival("a"), rival("b")]);
    const chain: string[] = [];
    for await (const entry of journal.read(subject, 0, Number.MAX_SAFE_INTEGER)) {
      const commit = decodeCommit(entry.data);
      assert.equal(commit.prev, chain.at(-1) ?? "", `seed ${seed}: a second history`);
      chain.push(commit.cid);
    }
    assert.equal(new Set(chain).size, chain.length, `seed ${seed}: a commit twice`);
    const inChain = new Set(chain);
    assert.ok(
      acknowledged.every((cid) => inChain.has(cid)),
      `seed ${seed}: an acknowledged commit is missing`,
    );
    assert.ok(acknowledged.length > 0);
  }
});
