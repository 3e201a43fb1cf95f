import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Connection } from "../ports/connection.ts";
import type { JournalLog } from "../ports/journal.ts";
import { startNats } from "../testing/nats.ts";
import type { TestNats } from "../testing/nats.ts";
import { openConnection } from "./connection.ts";

const commits = 600; // more than one direct read gives
const subject = "a.journal";

describe("a journal on a server", () => {
  let server: TestNats;
  let connection: Connection;
  before(async () => {
    server = await startNats();
    const streams = [
      { name: "DIRECT", subjects: ["a.>"], directReads: true },
      { name: "LEADER", subjects: ["b.>"] },
    ];
    connection = await openConnection({ url: server.url, name: "journal", streams });
  });
  after(async () => {
    await connection.drain();
    await server.dispose();
  });

  const read = async (journal: JournalLog, of: string, after_: number, upTo: number): Promise<string[]> => {
    const found: string[] = [];
    for await (const { data } of journal.read(of, after_, upTo)) found.push(new TextDecoder().decode(data));
    return found;
  };
  const write = async (journal: JournalLog, to: string, count: number): Promise<number[]> => {
    const sequences: number[] = [];
    for (let number = 0; number < count; number++) {
      const outcome = await journal.append(to, new TextEncoder().encode(`${number}`), sequences.at(-1) ?? 0);
      assert.ok(outcome.kind === "stored");
      sequences.push(outcome.sequence);
      if (number % 3 === 0) await connection.writer.append(`${to}.other`, new Uint8Array(10));
    }
    return sequences;
  };
  const numbers = (from: number, to: number): string[] =>
    Array.from({ length: to - from }, (_, index) => `${from + index}`);

  test("of any length is read whole and in order, from anywhere to anywhere, and nothing of its neighbours", async () => {
    const journal = connection.store?.journal("DIRECT") as JournalLog;
    const sequences = await write(journal, subject, commits);
    const at = (index: number): number => sequences[index] ?? 0;
    assert.deepEqual(await read(journal, subject, 0, at(commits - 1)), numbers(0, commits));
    assert.deepEqual(await read(journal, subject, at(9), at(19)), numbers(10, 20));
    assert.deepEqual(await read(journal, subject, at(99), at(commits - 1)), numbers(100, commits));
    assert.deepEqual(await read(journal, subject, at(commits - 1), at(commits - 1)), []);
    assert.deepEqual(await read(journal, "a.nobody", 0, 0), []);
  });

  test("reads the same where direct reads are not allowed", async () => {
    const journal = connection.store?.journal("LEADER") as JournalLog;
    const sequences = await write(journal, "b.journal", 50);
    assert.deepEqual(await read(journal, "b.journal", 0, sequences.at(-1) ?? 0), numbers(0, 50));
    assert.deepEqual(
      await read(journal, "b.journal", sequences[9] ?? 0, sequences[19] ?? 0),
      numbers(10, 20),
    );
  });
});
