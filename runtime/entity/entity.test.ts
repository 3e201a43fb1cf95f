import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { succeed } from "../../protocols/errors.ts";
import type { CommittedStep } from "./commit.ts";
import { decodeCommit, encodeCommit, stepsOf } from "./commit.ts";
import type { ActorReply } from "../messaging/command.ts";
import { Entity } from "./entity.ts";
import type { JournalAppend, JournalLog } from "../ports/journal.ts";
import { mailboxLengthMax } from "../limits.ts";
import { MemorySnapshots } from "../memory/snapshots.ts";
import { MemoryJournal } from "../memory/journal.ts";
import { memoryTools, ownershipOf } from "../testing/actor-tools.ts";
import { ledger } from "../testing/ledger.ts";
import { eventually } from "../testing/nats.ts";

const address = { kind: "ledger", key: "a" };
const subject = "log.ledger.a";
const add = (id: string, amount = 1) => ({ id, by: "tester", message: { type: "add", amount } });
const get = (id = "get") => ({ id, by: "tester", message: { type: "get" } });
const at = 0 as CommittedStep["at"];
const step: CommittedStep = { id: "9", by: "b", at, events: [{ amount: 1, by: "b" }], reply: succeed(1) };
const valueOf = (reply: ActorReply): unknown => (reply.ok ? reply.value : reply.failure);

async function commitsIn(journal: JournalLog) {
  const commits = [];
  for await (const { data } of journal.read(subject, 0, Number.MAX_SAFE_INTEGER))
    commits.push(decodeCommit(data));
  return commits;
}

/** A journal whose appends wait until they are let through. */
class GatedJournal extends MemoryJournal {
  readonly gates: (() => void)[] = [];
  open = false;
  override async append(at: string, data: Uint8Array, expected: number): Promise<JournalAppend> {
    if (!this.open) await new Promise<void>((pass) => this.gates.push(pass));
    return super.append(at, data, expected);
  }
}

describe("an entity", () => {
  test("replies, refuses and answers questions; the journal holds who did what", async () => {
    const tools = memoryTools();
    const entity = new Entity(ledger(), address, tools, ownershipOf(1));
    assert.deepEqual(valueOf(await entity.ask(add("1", 5))), { total: 5 });
    assert.deepEqual(valueOf(await entity.ask(add("2", -1))), { code: "negative", amount: -1 });
    assert.deepEqual(valueOf(await entity.ask(get())), { total: 5, entries: [5] });
    const invalid = await entity.ask({ id: "3", by: "tester", message: { type: "sing" } });
    assert.equal((valueOf(invalid) as { code: string }).code, "invalid_message");
    const [fence, commit, ...rest] = await commitsIn(tools.journal);
    assert.deepEqual([fence?.events, rest], [[], []]);
    assert.deepEqual([commit?.by, commit?.id, commit?.prev], ["tester", "1", fence?.cid]);
    await entity.stop();
  });

  test("a reply waits for its commit, and what comes meanwhile forms one commit", async () => {
    const journal = new GatedJournal();
    const entity = new Entity(ledger(), address, memoryTools({ journal }), ownershipOf(1));
    await eventually("the fence is under way", () => journal.gates.length === 1);
    journal.gates.shift()?.();
    const answered: string[] = [];
    const ask = (id: string) => entity.ask(add(id)).then(() => answered.push(id));
    const first = ask("1");
    await eventually("the first is under way", () => journal.gates.length === 1);
    const others = Promise.all(["2", "3", "4"].map(ask));
    const question = entity.ask(get());
    await new Promise((done) => setTimeout(done, 5));
    assert.deepEqual(answered, []);
    journal.open = true;
    journal.gates.shift()?.();
    await Promise.all([first, others]);
    assert.deepEqual(valueOf(await question), { total: 4, entries: [1, 1, 1, 1] });
    const commits = await commitsIn(journal);
    assert.deepEqual(
      commits.map((commit) => stepsOf(commit).map(({ id }) => id)),
      [[], ["1"], ["2", "3", "4"]],
    );
    await entity.stop();
  });

  test("a repeated command is answered and not repeated: while it is due, after it, and in the next life", async () => {
    const tools = memoryTools();
    const entity = new Entity(ledger(), address, tools, ownershipOf(1));
    const replies = await Promise.all([entity.ask(add("same", 5)), entity.ask(add("same", 5))]);
    replies.push(await entity.ask(add("same", 5)));
    await entity.stop();
    const next = new Entity(ledger(), address, tools, ownershipOf(2));
    replies.push(await next.ask(add("same", 5)));
    for (const reply of replies) assert.deepEqual(valueOf(reply), { total: 5 });
    assert.deepEqual(valueOf(await next.ask(get())), { total: 5, entries: [5] });
    await next.stop();
  });

  test("a full mailbox refuses, and what it accepted is done", async () => {
    const journal = new GatedJournal();
    const entity = new Entity(ledger(), address, memoryTools({ journal }), ownershipOf(1));
    const asked = Array.from({ length: mailboxLengthMax }, (_, index) => entity.ask(add(String(index))));
    const refused = valueOf(await entity.ask(add("one too many"))) as { code: string };
    assert.equal(refused.code, "mailbox_full");
    await eventually("the fence is under way", () => journal.gates.length > 0);
    journal.open = true;
    journal.gates.shift()?.();
    assert.ok((await Promise.all(asked)).every(({ ok }) => ok));
    await entity.stop();
  });

  test("a throwing handler answers with a reference, and the actor goes on from its journal", async () => {
    const entity = new Entity(ledger(), address, memoryTools(), ownershipOf(1));
    await entity.ask(add("1", 5));
    const [before, broken, behind] = await Promise.all([
      entity.ask(add("2", 1)),
      entity.ask(add("3", 13)),
      entity.ask(add("4", 2)),
    ]);
    assert.deepEqual(valueOf(before), { total: 6 });
    assert.equal((valueOf(broken) as { code: string }).code, "internal");
    assert.deepEqual(valueOf(behind), { total: 8 });
    assert.deepEqual(valueOf(await entity.ask(get())), { total: 8, entries: [5, 1, 2] });
    await entity.stop();
  });

  test("a stale owner is refused at its next command, and gives its shard up", async () => {
    const tools = memoryTools();
    const stale = ownershipOf(1);
    const old = new Entity(ledger(), address, tools, stale);
    await old.ask(add("1", 5));
    const next = new Entity(ledger(), address, tools, ownershipOf(2));
    assert.deepEqual(valueOf(await next.ask(add("2", 1))), { total: 6 });
    assert.deepEqual(valueOf(await old.ask(add("3", 1))), { code: "moved" });
    assert.equal(stale.surrendered, true);
    assert.deepEqual(valueOf(await next.ask(get())), { total: 6, entries: [5, 1] });
    await next.stop();
  });

  test("an owner whose epoch is older than the journal's gives up before it writes", async () => {
    const tools = memoryTools();
    const links = { cid: "x", prev: "", epoch: 9 };
    const newer = encodeCommit(links, [JSON.stringify(step)]);
    await tools.journal.append(subject, newer, 0);
    const ownership = ownershipOf(3);
    const entity = new Entity(ledger(), address, tools, ownership);
    assert.deepEqual(valueOf(await entity.ask(get())), { code: "moved" });
    assert.equal(ownership.surrendered, true);
    assert.equal((await commitsIn(tools.journal)).length, 1);
  });

  test("under lost and late acknowledgements each command counts once", async () => {
    let calls = 0;
    const faults = ["lost_acknowledgement", undefined, "late_arrival", "lost_request", undefined] as const;
    const journal = new MemoryJournal(() => faults[calls++ % faults.length]);
    const entity = new Entity(ledger(), address, memoryTools({ journal }), ownershipOf(1));
    for (let index = 0; index < 20; index++)
      assert.deepEqual(valueOf(await entity.ask(add(String(index)))), { total: index + 1 });
    await entity.stop();
  });

  test("a full journal refuses and takes the state back", async () => {
    let full = false;
    class Full extends MemoryJournal {
      override async append(at: string, data: Uint8Array, expected: number): Promise<JournalAppend> {
        return full ? { kind: "full" } : super.append(at, data, expected);
      }
    }
    const entity = new Entity(ledger(), address, memoryTools({ journal: new Full() }), ownershipOf(1));
    await entity.ask(add("1", 5));
    full = true;
    const refused = await Promise.all([entity.ask(add("2")), entity.ask(add("3"))]);
    for (const reply of refused) assert.equal((valueOf(reply) as { code: string }).code, "stream_full");
    full = false;
    assert.deepEqual(valueOf(await entity.ask(add("2", 1))), { total: 6 });
    await entity.stop();
  });

  test("effects follow their commit in order, each with a key of its own, and are tried again", async () => {
    const performed: string[] = [];
    let failures = 2;
    const perform = async (effect: { amount: number }, key: string): Promise<void> => {
      if (failures-- > 0) throw new Error("not now");
      performed.push(`${effect.amount} ${key}`);
    };
    const entity = new Entity(ledger({ perform }), address, memoryTools(), ownershipOf(1));
    await Promise.all([entity.ask(add("1", 1)), entity.ask(add("2", 2)), entity.ask(add("3", 3))]);
    await entity.stop();
    assert.deepEqual(
      performed.map((line) => line[0]),
      ["1", "2", "3"],
    );
    assert.equal(new Set(performed.map((line) => line.slice(2))).size, 3);
  });

  test("a snapshot shortens the replay; one of another version is ignored", async () => {
    class Counting extends MemoryJournal {
      read_ = 0;
      override async *read(at: string, after: number, upTo: number) {
        for await (const entry of super.read(at, after, upTo)) {
          this.read_++;
          yield entry;
        }
      }
    }
    const journal = new Counting();
    const tools = memoryTools({ journal, snapshots: new MemorySnapshots() });
    const first = new Entity(ledger({ snapshotEveryCommits: 10 }), address, tools, ownershipOf(1));
    for (let index = 0; index < 25; index++) await first.ask(add(String(index)));
    await first.stop();
    journal.read_ = 0;
    const second = new Entity(ledger(), address, tools, ownershipOf(2));
    assert.deepEqual(valueOf(await second.ask(add("3", 99))), { total: 4 }); // remembered through the snapshot
    await second.stop();
    assert.equal(journal.read_, 7); // six commits behind the snapshot, which counts its own fence, and the next one
    journal.read_ = 0;
    const third = new Entity(ledger({ version: 2 }), address, tools, ownershipOf(3));
    assert.equal((valueOf(await third.ask(get())) as { total: number }).total, 25);
    assert.equal(journal.read_, 28);
    await third.stop();
  });

  test("a journal with a hole is not served", async () => {
    const tools = memoryTools();
    const entity = new Entity(ledger(), address, tools, ownershipOf(1));
    await entity.ask(add("1"));
    await entity.stop();
    const tail = await tools.journal.tail(subject);
    const links = { cid: "x", prev: "somebody else", epoch: 1 };
    const stray = encodeCommit(links, [JSON.stringify(step)]);
    await tools.journal.append(subject, stray, tail?.sequence ?? 0);
    const next = new Entity(ledger(), address, tools, ownershipOf(2));
    assert.equal((valueOf(await next.ask(get())) as { code: string }).code, "unavailable");
    await next.stop();
  });
});
