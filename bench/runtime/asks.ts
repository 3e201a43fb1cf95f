import type { BenchRow } from "../report.ts";
import { besides, inTurn, rowOf } from "./contest.ts";
import type { Crew } from "./crew.ts";
import { get } from "./counter.ts";

const actors = 1_000;
const concurrency = 256;
const leastOfBare = 0.7;
/** As the client sends it and the host answers it. */
const questionBytes = JSON.stringify({ id: "0123456789abcdef01234567", by: "bench", message: get }).length;
const answerBytes = JSON.stringify({ ok: true, value: { total: 1, note: get.note } }).length;

/** Asks from one process to the actors of another, against requests of the same sizes between two processes. */
export async function measureAsks(crew: Crew, scale: number): Promise<BenchRow[]> {
  const { url } = await crew.startServer();
  const [hosting, answering, asking, asker] = [crew.hire(), crew.hire(), crew.hire(), crew.hire()];
  await hosting.order("host", { act: "open", url, name: "asked" });
  await answering.order("answerBare", { url, bytes: answerBytes });
  const load = { url, concurrency, ms: Math.max(400, 1_500 * scale) };
  const bareOrder = { ...load, bytes: questionBytes };
  const { bare, reads, writes } = await inTurn(scale < 1 ? 2 : 9, {
    bare: () => asking.order("askBare", bareOrder),
    reads: () => asker.order("askActors", { ...load, actors, writes: false }),
    writes: () => asker.order("askActors", { ...load, actors, writes: true }),
  });
  const alone = await asking.order("askBare", { ...bareOrder, concurrency: 1 });
  const askedAlone = await asker.order("askActors", { ...load, actors, writes: false, concurrency: 1 });
  for (const worker of [hosting, answering, asking, asker]) await worker.kill();
  const limit = { name: "bare request-reply", unit: "requests/s", values: bare };
  const limitAlone = { name: "bare request-reply, one at a time", unit: "requests/s", values: [alone] };
  return [
    {
      ...rowOf(limit),
      case: `bare request-reply, ${questionBytes} B and ${answerBytes} B, ${concurrency} under way`,
    },
    besides({ name: `asks that read, ${actors} actors`, unit: "asks/s", values: reads }, limit, leastOfBare),
    besides({ name: "asks that write, append included", unit: "asks/s", values: writes }, limit),
    rowOf(limitAlone),
    besides({ name: "asks that read, one at a time", unit: "asks/s", values: [askedAlone] }, limitAlone),
  ];
}
