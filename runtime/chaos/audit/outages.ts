import type { FaultKind } from "../faults.ts";
import type { SentCommand } from "../load.ts";
import { counterKeys, hostNames } from "../names.ts";
import type { History } from "./histories.ts";

/** A fault as it was done. */
export interface DoneFault {
  readonly kind: FaultKind;
  readonly target: number;
  readonly startedMs: number;
  readonly endedMs: number;
}

export interface Outage {
  readonly kind: FaultKind;
  readonly faults: number;
  /** Milliseconds from the fault until the next acknowledged command, one for each counter that it reached. */
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly samples: number;
}

const ownerFaults: ReadonlySet<FaultKind> = new Set(["kill_host", "suspend_host", "drain_host"]);

/**
 * How long users waited after each kind of fault. Faults of a host reach the counters that it owned, all others reach
 * every one. `alone` leaves out faults during which a server fault was going on.
 */
export function outagesOf(
  faults: readonly DoneFault[],
  sent: readonly SentCommand[],
  histories: ReadonlyMap<string, History>,
  options: { readonly alone?: boolean } = {},
): readonly Outage[] {
  const answers = new Map(counterKeys.map((key): [string, number[]] => [key, []]));
  for (const { counter, answer } of sent) {
    if (answer !== undefined) answers.get(counter)?.push(answer.atMs);
  }
  for (const times of answers.values()) times.sort((a, b) => a - b);

  const waits = new Map<FaultKind, { faults: number; samples: number[] }>();
  for (const fault of faults) {
    const entry = waits.get(fault.kind) ?? { faults: 0, samples: [] };
    waits.set(fault.kind, entry);
    entry.faults++;
    for (const key of counterKeys) {
      const reached =
        !ownerFaults.has(fault.kind) ||
        ownerAt(histories.get(`counter.${key}`), fault.startedMs) === hostNames[fault.target];
      const answeredMs = answers.get(key)?.find((atMs) => atMs > fault.startedMs);
      if (!reached || answeredMs === undefined) continue;
      if (options.alone === true && disturbed(fault, answeredMs, faults)) continue;
      entry.samples.push(answeredMs - fault.startedMs);
    }
  }
  return [...waits].map(([kind, { faults: count, samples }]) => {
    samples.sort((a, b) => a - b);
    const at = (share: number): number => samples[Math.ceil(samples.length * share) - 1] ?? 0;
    return { kind, faults: count, p50: at(0.5), p99: at(0.99), max: at(1), samples: samples.length };
  });
}

const ownerAt = (history: History | undefined, atMs: number): string | undefined =>
  history?.openings.findLast((opening) => opening.atMs <= atMs)?.host;

/** Elections of a server fault end within this; their tail is counted to it. */
const aftermathMs = 10_000;
const disturbed = (fault: DoneFault, answeredMs: number, faults: readonly DoneFault[]): boolean =>
  faults.some(
    (other) =>
      other !== fault && other.startedMs < answeredMs && other.endedMs + aftermathMs > fault.startedMs,
  );
