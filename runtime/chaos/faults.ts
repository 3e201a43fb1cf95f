import type { Random } from "../ports/random.ts";
import { serverCount } from "./cluster.ts";
import { hostNames } from "./names.ts";

// What is done to the system, drawn from a seed. Two lanes go on side by side: one breaks hosts and their lines, the
// other servers and what is between them. Within a lane one fault ends before the next begins, so two of three servers
// fail together only when the whole cluster is restarted, or when one has not found back in time.

export const hostFaults = [
  "kill_host",
  "suspend_host",
  "drain_host",
  "cut_line",
  "hold_line",
  "slow_line",
] as const;
export const serverFaults = [
  "kill_server",
  "suspend_server",
  "cut_routes",
  "hold_routes",
  "slow_routes",
  "slow_disk",
  "restart_cluster",
] as const;
export type FaultKind = (typeof hostFaults)[number] | (typeof serverFaults)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Number of the host, line or server. Line number three is the users'. */
  readonly target: number;
  readonly durationMs: number;
  /** Quiet time after it. */
  readonly restMs: number;
  /** Lines: to which servers. */
  readonly servers: readonly number[];
  /** Slow ones: what each packet waits. */
  readonly delayMs: number;
}

interface Range {
  readonly minMs: number;
  readonly maxMs: number;
}
/** A suspended host sleeps longer than its lease, as a laptop or a stalled machine does. */
const suspendedLeases = { min: 1.3, max: 3 };
const durations: Record<FaultKind, Range> = {
  kill_host: { minMs: 100, maxMs: 5_000 },
  suspend_host: { minMs: 0, maxMs: 0 }, // from the lease
  drain_host: { minMs: 100, maxMs: 2_000 },
  cut_line: { minMs: 500, maxMs: 8_000 },
  hold_line: { minMs: 500, maxMs: 8_000 },
  slow_line: { minMs: 2_000, maxMs: 8_000 },
  kill_server: { minMs: 200, maxMs: 5_000 },
  suspend_server: { minMs: 1_000, maxMs: 8_000 },
  cut_routes: { minMs: 500, maxMs: 8_000 },
  hold_routes: { minMs: 500, maxMs: 8_000 },
  slow_routes: { minMs: 2_000, maxMs: 8_000 },
  slow_disk: { minMs: 2_000, maxMs: 6_000 },
  restart_cluster: { minMs: 100, maxMs: 2_000 },
};
const rest: Range = { minMs: 300, maxMs: 3_000 };
const delay: Range = { minMs: 2, maxMs: 40 };

/** Faults without end, every kind once before any comes again. */
export function* drawFaults(
  kinds: readonly FaultKind[],
  random: Pick<Random, "fraction">,
  leaseTtlMs: number,
): Generator<Fault, never> {
  const between = ({ minMs, maxMs }: Range): number =>
    Math.round(minMs + random.fraction() * (maxMs - minMs));
  const oneOf = (count: number): number => Math.floor(random.fraction() * count);
  for (;;) {
    for (const kind of shuffled(kinds, random)) {
      const { min, max } = suspendedLeases;
      const range =
        kind === "suspend_host" ? { minMs: min * leaseTtlMs, maxMs: max * leaseTtlMs } : durations[kind];
      const line = kind.endsWith("_line");
      const reached = Array.from({ length: serverCount }, (_, server) => server);
      const servers = reached.filter(() => random.fraction() < 0.6);
      yield {
        kind,
        target: oneOf(line ? hostNames.length + 1 : hostNames.length),
        durationMs: between(range),
        restMs: between(rest),
        servers: servers.length === 0 ? reached : servers,
        delayMs: between(delay),
      };
    }
  }
}

function shuffled<Item>(items: readonly Item[], random: Pick<Random, "fraction">): Item[] {
  const order = items.map((item) => ({ item, rank: random.fraction() }));
  return order.sort((a, b) => a.rank - b.rank).map(({ item }) => item);
}

const serverOf = (target: number): string => `server-${target}`;

/** A fault in a few words, for the progress and the report. */
export function faultText({ kind, target, durationMs, servers, delayMs }: Fault): string {
  const line = `${hostNames[target] ?? "users"} to ${servers.map(serverOf).join(", ")}`;
  const host = hostNames[target] ?? "";
  const lasting = `${(durationMs / 1_000).toFixed(1)} s`;
  switch (kind) {
    case "kill_host":
      return `kill -9 of ${host}, back after ${lasting}`;
    case "suspend_host":
      return `SIGSTOP of ${host} for ${lasting}`;
    case "drain_host":
      return `${host} drains and is back after ${lasting}`;
    case "cut_line":
      return `cut from ${line} for ${lasting}`;
    case "hold_line":
      return `silence from ${line} for ${lasting}`;
    case "slow_line":
      return `${delayMs} ms a packet from ${line} for ${lasting}`;
    case "kill_server":
      return `kill -9 of ${serverOf(target)}, back after ${lasting}`;
    case "suspend_server":
      return `SIGSTOP of ${serverOf(target)} for ${lasting}`;
    case "cut_routes":
      return `${serverOf(target)} cut from the others for ${lasting}`;
    case "hold_routes":
      return `silence between ${serverOf(target)} and the others for ${lasting}`;
    case "slow_routes":
      return `${delayMs} ms a packet between ${serverOf(target)} and the others for ${lasting}`;
    case "slow_disk":
      return `slow disk under ${serverOf(target)} for ${lasting}`;
    case "restart_cluster":
      return `kill -9 of the whole cluster, back after ${lasting}`;
  }
}
