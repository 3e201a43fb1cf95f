import type { BenchRow } from "../report.ts";
import { besides, inTurn, rowOf } from "./contest.ts";
import type { Crew } from "./crew.ts";

const leastOfBare = 0.8;
/** A lone event, and a batch of about fifty. The buffer of the peer is as deep as the runtime's, at most. */
const cases = [
  { key: "small", bytes: 200, messages: 300_000, bufferedMax: 4_096 },
  { key: "large", bytes: 10_000, messages: 30_000, bufferedMax: 400 },
];

/** A fold that only counts, against the client library's ordered consumer with a handler that only counts. */
export async function measureFolds(crew: Crew, scale: number): Promise<BenchRow[]> {
  const { url } = await crew.startServer();
  const rows: BenchRow[] = [];
  for (const { key, bytes, messages: full, bufferedMax } of cases) {
    const messages = Math.round(full * scale);
    const filling = crew.hire();
    await filling.order("fillStream", { url, key, messages, bytes });
    await filling.kill();
    const [reading, folding] = [crew.hire(), crew.hire()];
    const { bare, fold } = await inTurn(scale < 1 ? 2 : 7, {
      bare: () => reading.order("consumeBare", { url, key, messages, bufferedMax }),
      fold: () => folding.order("foldThroughActor", { url, key, messages }),
    });
    await reading.kill();
    await folding.kill();
    const unit = "messages/s";
    const limit = { name: `bare ordered consumer, ${bytes} B`, unit, values: bare };
    rows.push(
      rowOf(limit),
      besides({ name: `fold actor, ${bytes} B`, unit, values: fold }, limit, leastOfBare),
    );
  }
  return rows;
}
