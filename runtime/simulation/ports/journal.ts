import type { JournalAppend, JournalEntry, JournalLog } from "../../ports/journal.ts";
import { askStore } from "./rpc.ts";
import type { Wire } from "./rpc.ts";

const appendTimeoutMs = 1_000;
const readTimeoutMs = 2_000;
/** A replay comes in pages, so that the world moves on between them. */
const pageEntries = 16;
const pageRetryMs = 50;

/** The journal port over the simulated store: the tail from the leader, a replay from any replica. */
export function simulatedJournal(wire: Wire, name: string): JournalLog {
  const { world, store, process } = wire;
  const stream = store.stream(name);

  const append = async (
    subject: string,
    data: Uint8Array,
    expectedSequence: number,
  ): Promise<JournalAppend> => {
    // A server refuses before it proposes, so nothing of a refused message is left that could be stored later: its
    // copies stand for what is sent again without an answer.
    let refusal: JournalAppend | undefined;
    const work = (): JournalAppend => {
      if (refusal !== undefined) return refusal;
      if (world.weather.full) {
        world.count("full");
        return (refusal = { kind: "full" });
      }
      if (world.weather.refused) {
        world.count("refused");
        return (refusal = { kind: "refused", reason: "sealed" });
      }
      const outcome = stream.append(subject, data, { expected: expectedSequence });
      world.trace(
        "store",
        `${process.name} appends to ${subject} after ${expectedSequence}: ${outcome.kind === "stored" ? outcome.sequence : outcome.kind}`,
      );
      return outcome;
    };
    return askStore(wire, work, {
      timeoutMs: appendTimeoutMs,
      writes: true,
      what: `append ${subject}`,
    }).catch(() => ({ kind: "unknown", reason: "timeout" }));
  };

  const page = (subject: string, after: number, end: number): Promise<readonly JournalEntry[]> => {
    const work = (): readonly JournalEntry[] =>
      stream
        .of(subject)
        .filter(({ sequence }) => sequence > after && sequence <= end)
        .slice(0, pageEntries);
    return askStore(wire, work, { timeoutMs: readTimeoutMs, writes: false, what: `read ${subject}` });
  };

  async function* read(subject: string, after: number, upTo: number): AsyncGenerator<JournalEntry> {
    // Where it ends is asked once; a leader that has been replaced may still believe in an older tail.
    const last = (): number => {
      const entries = stream.of(subject);
      return entries.at(store.isStale() ? -2 : -1)?.sequence ?? 0;
    };
    const options = { timeoutMs: readTimeoutMs, writes: false, what: `last ${subject}` };
    const end = Math.min(upTo, await askStore(wire, last, options));
    for (let position = after; position < end;) {
      const entries = await page(subject, position, end).catch(() => undefined);
      if (entries === undefined) {
        await process.clock.sleep(pageRetryMs); // a feed goes on where it was, for ever
        continue;
      }
      if (entries.length === 0) return; // the range holds nothing at its end
      for (const entry of entries) {
        position = entry.sequence;
        yield entry;
      }
    }
  }

  return {
    append,
    read,
    tail: (subject) =>
      askStore(wire, () => stream.of(subject).at(-1), {
        timeoutMs: readTimeoutMs,
        writes: false,
        what: `tail ${subject}`,
      }),
  };
}
