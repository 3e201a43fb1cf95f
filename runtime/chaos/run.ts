import { openClient } from "../messaging/client.ts";
import { openConnection } from "../nats/connection.ts";
import type { Clock } from "../ports/clock.ts";
import type { Connection } from "../ports/connection.ts";
import { seededRandom } from "../ports/random.ts";
import { breakAndMend } from "./break.ts";
import { serverCount } from "./cluster.ts";
import { drawFaults, faultText, hostFaults, serverFaults } from "./faults.ts";
import type { FaultKind } from "./faults.ts";
import { Load } from "./load.ts";
import { streams } from "./names.ts";
import type { ChaosReport } from "./report.ts";
import { openSystem } from "./system.ts";
import type { System } from "./system.ts";
import type { DoneFault } from "./audit/outages.ts";
import { Violations } from "./audit/violation.ts";
import { verify } from "./verify.ts";

// One run: a system under load, broken for a while, mended, and held against what its users were told.

export interface ChaosOptions {
  readonly seed: number;
  readonly seconds: number;
  readonly commandsPerSecond: number;
  readonly eventsPerSecond: number;
  readonly leaseTtlMs: number;
  /** Servers flush each write before they acknowledge it: a slow disk is felt then. */
  readonly syncAlways: boolean;
  /** An empty folder, kept. */
  readonly dataDir: string;
}

export interface ChaosTools {
  readonly clock: Clock;
  /** Ends the run early; then there is no report. */
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
  /** Called each second while it is broken. */
  readonly tick?: (figures: {
    readonly seconds: number;
    readonly answered: number;
    readonly faults: number;
  }) => void;
}

/** A fresh cluster may lack a leader for its first streams a moment longer than it says. */
const attemptsMax = 20;
const attemptMs = 1_000;
/** Elections, start-ups and leases after the last fault, on a busy machine. */
const mendMsMax = 90_000;

export async function runChaos(options: ChaosOptions, tools: ChaosTools): Promise<ChaosReport | undefined> {
  const { clock, signal, progress } = tools;
  const violations = new Violations();
  const system = await openSystem(options, {
    clock,
    onCrash: (text) => violations.found("crash", text),
  });
  try {
    const line = system.lines.at(-1)?.url ?? "";
    const connection = await connected(line, clock);
    try {
      return await runOn(system, connection, violations, options, tools);
    } finally {
      await connection.drain();
    }
  } finally {
    progress(signal.aborted ? "interrupted: ending every process" : "ending every process");
    await system.close();
  }
}

async function runOn(
  system: System,
  connection: Connection,
  violations: Violations,
  options: ChaosOptions,
  tools: ChaosTools,
): Promise<ChaosReport | undefined> {
  const { clock, signal, progress, tick } = tools;
  const { seed } = options;
  for (const host of system.hosts) host.start();
  await eventually("hosts are ready", clock, signal, () => system.hosts.every(({ ready }) => ready));
  progress(
    `nats-server ${system.cluster.version} × ${serverCount}, ${system.hosts.length} hosts, seed ${seed}`,
  );

  const load = new Load({ ...options, client: openClient(connection), writer: connection.writer, clock });
  load.start();
  const faults: DoneFault[] = [];
  const startedMs = clock.monotonicMs();
  const ticking = new AbortController();
  const ticks = async (): Promise<void> => {
    while (!ticking.signal.aborted) {
      const elapsedMs = clock.monotonicMs() - startedMs;
      tick?.({ seconds: Math.round(elapsedMs / 1_000), answered: load.answered, faults: faults.length });
      await clock.sleep(1_000, ticking.signal);
    }
  };
  void ticks();
  let answersMsMax = 0; // after a failure of the run itself nobody waits for answers
  try {
    await breakFor(system, faults, options, tools);
    if (!signal.aborted) {
      progress(`${elapsed(clock.monotonicMs() - startedMs)} mended; waiting for the last answers`);
      await eventually("hosts are back", clock, signal, () => system.hosts.every(({ ready }) => ready));
      answersMsMax = mendMsMax;
    }
  } finally {
    ticking.abort();
    await load.stop(answersMsMax);
  }
  if (signal.aborted) return undefined;
  const brokenSeconds = (clock.monotonicMs() - startedMs) / 1_000;
  progress("verifying");
  const findings = await verify({ connection, load, faults, violations }, { clock, signal });
  return {
    ...findings,
    seed,
    seconds: brokenSeconds,
    serverVersion: system.cluster.version,
    faults,
    failedStarts: system.hosts.reduce((sum, host) => sum + host.failedStarts, 0),
    refusals: load.refusals,
  };
}

/** Both lanes, until the time is over. When one fails, the other ends before we do: it must not start what we end. */
async function breakFor(
  system: System,
  faults: DoneFault[],
  { seed, seconds, leaseTtlMs }: ChaosOptions,
  { clock, signal: interrupted, progress }: ChaosTools,
): Promise<void> {
  const failed = new AbortController();
  const signal = AbortSignal.any([interrupted, failed.signal]);
  const startedMs = clock.monotonicMs();
  const lane = async (kinds: readonly FaultKind[], laneSeed: number): Promise<void> => {
    try {
      for (const fault of drawFaults(kinds, seededRandom(laneSeed), leaseTtlMs)) {
        await clock.sleep(fault.restMs, signal);
        const sinceMs = clock.monotonicMs() - startedMs;
        if (signal.aborted || sinceMs >= seconds * 1_000) return;
        progress(`${elapsed(sinceMs)} ${faultText(fault)}`);
        const begunMs = clock.now();
        await breakAndMend(system, fault, { clock, signal });
        faults.push({ kind: fault.kind, target: fault.target, startedMs: begunMs, endedMs: clock.now() });
      }
    } catch (error) {
      failed.abort();
      throw error;
    }
  };
  const lanes = await Promise.allSettled([lane(hostFaults, seed * 2), lane(serverFaults, seed * 2 + 1)]);
  for (const outcome of lanes) if (outcome.status === "rejected") throw outcome.reason;
}

/** Also makes the streams, with a copy on each server. */
async function connected(url: string, clock: Clock): Promise<Connection> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await openConnection({
        url,
        name: "users",
        streams: streams(serverCount),
        replicas: serverCount,
      });
    } catch (error) {
      if (attempt === attemptsMax) throw error;
      await clock.sleep(attemptMs);
    }
  }
}

async function eventually(
  what: string,
  clock: Clock,
  signal: AbortSignal,
  condition: () => boolean,
): Promise<void> {
  const deadlineMs = clock.monotonicMs() + mendMsMax;
  while (!condition() && !signal.aborted) {
    if (clock.monotonicMs() > deadlineMs) throw new Error(`not within ${mendMsMax} ms: ${what}`);
    await clock.sleep(50, signal);
  }
}

const elapsed = (ms: number): string => `${(ms / 1_000).toFixed(1).padStart(6)} s`;
