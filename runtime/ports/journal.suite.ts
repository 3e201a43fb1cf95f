import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Backoff } from "../backoff.ts";
import { systemClock } from "./clock.ts";
import { decodeCommit } from "../entity/commit.ts";
import type { Commit } from "../entity/commit.ts";
import { settleAppend } from "../entity/settle.ts";
import type { JournalLog } from "./journal.ts";
import { seededRandom } from "./random.ts";

const at = 0 as Commit["at"];
export const commitNamed = (cid: string, prev = "", epoch = 1): Commit => ({
  cid,
  prev,
  epoch,
  id: cid,
  by: "suite",
  at,
  events: [cid],
  reply: { ok: true, value: cid },
});
/** A commit as `settleAppend` takes it. */
export const appendOf = (commit: Commit): { cid: string; data: Uint8Array } => ({
  cid: commit.cid,
  data: new TextEncoder().encode(JSON.stringify(commit)),
});

const settling = {
  clock: systemClock,
  backoff: new Backoff(seededRandom(1), { baseMs: 1, maxMs: 2 }),
  owned: () => true,
};

/** What every journal does, in memory and on a server alike. */
export function journalSuite(name: string, open: () => Promise<JournalLog>): void {
  describe(`${name} as a journal`, () => {
    const settle = async (journal: JournalLog, subject: string, expected: number, commit: Commit) =>
      settleAppend(journal, { subject, expected, ...appendOf(commit) }, settling);

    test("a commit is stored behind the tail and read back", async () => {
      const journal = await open();
      const subject = "log.suite.read";
      const first = await settle(journal, subject, 0, commitNamed("a"));
      assert.equal(first.kind, "stored");
      const sequence = first.kind === "stored" ? first.sequence : 0;
      const second = await settle(journal, subject, sequence, commitNamed("b", "a"));
      assert.equal(second.kind, "stored");
      const read: string[] = [];
      for await (const entry of journal.read(subject, 0, Number.MAX_SAFE_INTEGER))
        read.push(decodeCommit(entry.data).cid);
      assert.deepEqual(read, ["a", "b"]);
      const tail = await journal.tail(subject);
      assert.equal(tail && decodeCommit(tail.data).cid, "b");
    });

    test("an unwritten subject has no tail and nothing to read", async () => {
      const journal = await open();
      assert.equal(await journal.tail("log.suite.none"), undefined);
      for await (const entry of journal.read("log.suite.none", 0, 99)) assert.fail(`entry ${entry.sequence}`);
    });

    test("a stale expectation is a conflict, and nothing is written", async () => {
      const journal = await open();
      const subject = "log.suite.stale";
      await settle(journal, subject, 0, commitNamed("a"));
      const data = new TextEncoder().encode(JSON.stringify(commitNamed("b")));
      assert.deepEqual(await journal.append(subject, data, 0), { kind: "conflict" });
      const tail = await journal.tail(subject);
      assert.equal(tail && decodeCommit(tail.data).cid, "a");
    });

    test("a writer behind another's commit is fenced and learns its epoch", async () => {
      const journal = await open();
      const subject = "log.suite.fenced";
      await settle(journal, subject, 0, commitNamed("new", "", 9));
      assert.deepEqual(await settle(journal, subject, 0, commitNamed("old", "", 2)), {
        kind: "fenced",
        epoch: 9,
      });
    });

    test("a commit that is there already is recognised, not written twice", async () => {
      const journal = await open();
      const subject = "log.suite.again";
      const commit = commitNamed("a");
      const first = await settle(journal, subject, 0, commit);
      assert.deepEqual(await settle(journal, subject, 0, commit), first);
    });

    test("a tail that stays older than an acknowledged one is told, not repaired", async () => {
      const journal = await open();
      assert.deepEqual(await settle(journal, "log.suite.lost", 99_999, commitNamed("a")), {
        kind: "rolled_back",
        tail: 0,
      });
    });

    test("a writer that lost its shard gives up", async () => {
      const journal = await open();
      const commit = commitNamed("a");
      const attempt = { subject: "log.suite.lost", expected: 0, ...appendOf(commit) };
      assert.deepEqual(await settleAppend(journal, attempt, { ...settling, owned: () => false }), {
        kind: "abandoned",
      });
    });
  });
}
