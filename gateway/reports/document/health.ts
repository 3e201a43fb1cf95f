import {
  countText,
  instantText,
  percentText,
  pValueText,
  shareText,
} from "../../../protocols/number-text.ts";
import type { EventFreshness } from "../../../protocols/freshness.ts";
import type { Report, ReportHealth } from "../../../protocols/report.ts";
import { type Block, cell, type Cell, heading, type Table } from "./block.ts";

// Whether the numbers below may be trusted.

type Row = readonly Cell[];

const ok = cell("OK", "good");
const unknown = cell("not known", "quiet");
const look = cell("look at it", "warn");
const bad = cell("not to be trusted", "bad");

/** An hour without an event is worth a look while units still come. */
const ageMsMax = 3_600_000;
/** Of all units: above this a share that is set aside is worth a look. */
const shareMax = 0.01;

export function healthBlocks(report: Report): Block[] {
  const { health } = report;
  const units = report.variants.reduce((sum, variant) => sum + variant.units, 0);
  const rows: Row[] = [
    sampleRatioRow(health),
    sequentialRow(health),
    setAsideRow("Crossovers", health.crossovers, units, "units that saw two variants"),
    setAsideRow("Opted out", health.optedOut, units, "units that do not want to be counted"),
    setAsideRow("Bots", health.bots, units, "units that are bots"),
    freshnessRow(health, report.status === "running"),
    ...eventRows(health),
    auditRow(health),
    ...balanceRows(health),
  ];
  const table: Table = {
    kind: "table",
    caption: "Checks of the data",
    columns: [{ title: "Check" }, { title: "State" }, { title: "What was found" }],
    rows,
  };
  return [heading("Health"), table, ...sizesTable(report)];
}

const row = (name: string, state: Cell, found: string): Row => [cell(name), state, cell(found)];

function sampleRatioRow({ sampleRatio }: ReportHealth): Row {
  const name = "Sample ratio, once";
  switch (sampleRatio.kind) {
    case "tested": {
      const { chiSquare, degreesOfFreedom, pValue, mismatch } = sampleRatio;
      const found = `chi-square ${chiSquare.toFixed(2)} with ${degreesOfFreedom} degrees of freedom, p = ${pValueText(pValue)}`;
      return row(
        name,
        mismatch ? bad : ok,
        mismatch ? `${found}: the variants have other sizes than planned` : found,
      );
    }
    case "too_few_units":
      return row(
        name,
        unknown,
        `${countText(sampleRatio.units)} units, at least ${countText(sampleRatio.unitsMin)} are needed`,
      );
    case "one_variant":
      return row(name, unknown, "fewer than two variants have a share");
    case "weights_changed":
      return row(name, unknown, "weights were changed in this phase, so its sizes fit no one split");
  }
}

function sequentialRow({ sequentialSampleRatio: ratio }: ReportHealth): Row {
  const name = "Sample ratio, at any time";
  if (ratio.kind === "no_answer") return row(name, unknown, ratio.reason);
  const found = `p now ${pValueText(ratio.pValue)}, smallest so far ${pValueText(ratio.runningPValue)}`;
  return row(name, ratio.mismatch ? bad : ok, found);
}

function setAsideRow(name: string, count: number, units: number, what: string): Row {
  if (count === 0) return row(name, ok, "none");
  const share = count / (count + units);
  return row(
    name,
    share > shareMax ? look : ok,
    `${countText(count)} ${what}, ${shareText(share)}; set aside`,
  );
}

function freshnessRow({ ageMs }: ReportHealth, isRunning: boolean): Row {
  const name = "Freshness";
  if (ageMs === undefined) return row(name, unknown, "no event has been counted yet");
  const found = `the newest event counted came ${ageText(ageMs)} before this report`;
  return row(name, isRunning && ageMs > ageMsMax ? look : ok, found);
}

const eventWords: Record<EventFreshness["state"], string> = {
  flowing: "comes as it should",
  stalled: "has stopped: its metrics, and what they decide, stand on what came before",
  missing: "has not come since the experiment started",
  waiting: "has not come yet, and it is too early to say",
};

/** All that come are one line; each that does not is worth its own. */
function eventRows({ events }: ReportHealth): Row[] {
  const name = "Events of its metrics";
  if (events.kind === "absent") return [row(name, unknown, events.reason)];
  const flowing = events.value.filter(({ state }) => state === "flowing");
  const others = events.value.filter(({ state }) => state !== "flowing");
  return [
    ...(flowing.length === 0
      ? []
      : [row(name, ok, `${flowing.map(({ event }) => `"${event}"`).join(", ")} ${eventWords.flowing}`)]),
    ...others.map(({ event, state, newestAt }) =>
      row(
        name,
        state === "waiting" ? unknown : look,
        `"${event}" ${eventWords[state]}${newestAt === undefined ? "" : `; the newest came ${instantText(newestAt)}`}`,
      ),
    ),
  ];
}

function auditRow({ audit }: ReportHealth): Row {
  const name = "Self-audit";
  if (audit.kind === "absent") return row(name, unknown, audit.reason);
  const { state, at, units, reason } = audit.value;
  const when = `${instantText(at)}, ${countText(units)} units`;
  switch (state) {
    case "agrees":
      return row(name, ok, `rolling sums and ClickHouse agree; ${when}`);
    case "differs":
      return row(name, bad, `rolling sums and ClickHouse differ; ${when}`);
    case "pending":
      return row(name, unknown, `not compared yet: ${reason ?? "no reason was given"}`);
  }
}

function balanceRows({ balance }: ReportHealth): Row[] {
  const name = "Balance before the start";
  if (balance.kind === "absent") return [row(name, unknown, balance.reason)];
  return balance.value.map(({ metric, variant, pValue, imbalanced }) =>
    row(name, imbalanced ? look : ok, `${metric} of ${variant} against control: p = ${pValueText(pValue)}`),
  );
}

function sizesTable({ health: { sampleRatio } }: Report): Table[] {
  if (sampleRatio.kind !== "tested") return [];
  const { expected, observed } = sampleRatio;
  const columns = [
    { title: "Variant" },
    { title: "Units", isNumber: true },
    { title: "Expected", isNumber: true },
    { title: "Difference", isNumber: true },
  ];
  const rows = Object.keys(observed).map((variant) => {
    const [has, should] = [observed[variant] ?? 0, expected[variant] ?? 0];
    const difference = should === 0 ? "–" : percentText(has / should - 1, { sign: true });
    return [cell(variant), cell(countText(has)), cell(countText(should)), cell(difference)];
  });
  return [{ kind: "table", caption: "Sizes of the variants", columns, rows }];
}

export function ageText(ageMs: number): string {
  const seconds = Math.round(ageMs / 1_000);
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.round(seconds / 3_600)} h` : `${Math.round(seconds / 86_400)} days`;
}
