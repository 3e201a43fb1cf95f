import type { DoneFault, Outage } from "./audit/outages.ts";
import type { Findings } from "./verify.ts";

export interface ChaosReport extends Findings {
  readonly seed: number;
  readonly seconds: number;
  readonly serverVersion: string;
  readonly faults: readonly DoneFault[];
  /** Lives of a host that ended before it was ready, because an outage met its start. */
  readonly failedStarts: number;
  readonly refusals: ReadonlyMap<string, number>;
}

/** The summary that a run prints. */
export function reportText(report: ChaosReport): string {
  const { violations, commands, events, effects, faults } = report;
  const kinds = Map.groupBy(faults, ({ kind }) => kind);
  const faultsByKind = [...kinds].map(([kind, done]) => `${kind} ${done.length}`).toSorted();
  const refusals = [...report.refusals].map(([code, count]) => `${code} ${count}`);
  const lines = [
    `seed            ${report.seed}`,
    `duration        ${report.seconds.toFixed(0)} s under load, nats-server ${report.serverVersion}`,
    `faults          ${faults.length}: ${faultsByKind.join(", ")}`,
    `commands        ${commands.sent} sent, ${commands.answered} acknowledged, ${commands.unknown} unknown`,
    `asked again     ${refusals.length === 0 ? "never" : refusals.join(", ")}`,
    `journals        ${report.commits} commits, ${report.steps} steps, ${report.openings} openings and marks`,
    `events          ${events.sent} sent, ${events.stored} acknowledged, ${events.messages} messages in the stream`,
    `effects         ${effects.tells} tells, ${effects.publishes} publishes, ${effects.performs} performed`,
    `timers          ${effects.rings} rang, ${effects.cancelled} cancelled`,
    `folds           ${report.folds} compared with a sequential recount`,
    `host starts     ${report.failedStarts} failed during an outage and were repeated`,
    `lost            ${violations.count("lost")}`,
    `doubled         ${violations.count("doubled")}`,
    `interleaved     ${violations.count("interleaved")}`,
    `other findings  ${violations.total - ["lost", "doubled", "interleaved"].reduce((sum, rule) => sum + violations.count(rule as "lost"), 0)}`,
    "",
    "time until the next acknowledged command, per counter that the fault reached",
    ...outageLines(report.outages),
    "the same, where no other fault went on or had ended within 10 s before",
    ...outageLines(report.undisturbed.filter(({ samples }) => samples > 0)),
    ...violations.texts.map(({ rule, text }) => `VIOLATION ${rule}: ${text}`),
  ];
  return `${lines.join("\n")}\n`;
}

const outageLines = (outages: readonly Outage[]): string[] =>
  outages
    .toSorted((a, b) => (a.kind < b.kind ? -1 : 1))
    .map(
      ({ kind, faults, p50, p99, max, samples }) =>
        `  ${kind.padEnd(16)}${String(faults).padStart(3)} ×  p50 ${ms(p50)}  p99 ${ms(p99)}  max ${ms(max)}  (${samples})`,
    );

const ms = (value: number): string => `${value.toFixed(0).padStart(6)} ms`;
