import { median, type BenchRow } from "../report.ts";
import type { Server, Taken } from "./generator.ts";
import { environment } from "./plans.ts";
import { evaluatePost, wireText } from "./requests.ts";
import type { GatewayWorld } from "./world.ts";

/** Many short rounds: a burst of the machine's other work spoils one of them, and the median leaves it out. */
const roundsFull = 15;
const roundMsFull = 2_500;

export const connections = 64;
/** What the bare server answers, too. */
export const post = evaluatePost(environment, "checkout");

/** The same load on both servers, one after the other: a slow minute of the machine hits both. */
export interface Pair {
  readonly gateway: Taken;
  readonly bare: Taken;
}

export interface PairsOptions {
  readonly scale: number;
  readonly progress: (line: string) => void;
  readonly name: string;
  /** Absent: as fast as answers come. */
  readonly requestsPerSecond?: number;
}

export async function takePairs(world: GatewayWorld, bare: Server, options: PairsOptions): Promise<Pair[]> {
  const { scale, progress, name, requestsPerSecond } = options;
  const rounds = Math.max(3, Math.round(roundsFull * scale));
  const order = {
    requests: [wireText(post)],
    connections,
    ms: Math.max(500, roundMsFull * scale),
    ...(requestsPerSecond === undefined ? {} : { requestsPerSecond }),
  };
  const pairs: Pair[] = [];
  for (let round = 0; round <= rounds; round++) {
    progress(`gateway: ${name}, round ${round} of ${rounds}${round === 0 ? " (warms up)" : ""}`);
    const first = round % 2 === 0 ? "gateway" : "bare"; // whoever comes second finds a warmer machine
    const one = await world.generator.load(first === "gateway" ? world.gateway : bare, order);
    const other = await world.generator.load(first === "gateway" ? bare : world.gateway, order);
    if (round > 0)
      pairs.push(first === "gateway" ? { gateway: one, bare: other } : { gateway: other, bare: one });
  }
  return pairs;
}

export interface RowPair {
  readonly bare: BenchRow;
  readonly gateway: BenchRow;
  readonly ratio: number;
}

/** Medians over the rounds. */
export function rowPair(
  label: string,
  unit: string,
  pairs: readonly Pair[],
  of: (taken: Taken) => number,
): RowPair {
  const valueOf = (name: keyof Pair): number => median(pairs.map((pair) => of(pair[name])));
  const [limit, value] = [valueOf("bare"), valueOf("gateway")];
  const ratio = value / limit;
  const against = "bare uWebSockets.js";
  return {
    ratio,
    bare: { case: `${label}, ${against}`, value: limit, unit },
    gateway: { case: `${label}, gateway`, value, unit, ratio, against },
  };
}

export const notOkRow = (name: string, pairs: readonly Pair[]): BenchRow => ({
  case: `${name}, answers that were not 200`,
  value: pairs.reduce((sum, { gateway }) => sum + gateway.notOk, 0),
  unit: "requests",
});
