import { availableParallelism, loadavg } from "node:os";
import { countsOf, differenceRow } from "./pipeline/counted.ts";
import { measureFreshness } from "./pipeline/freshness.ts";
import { insertName, limitRows, measureLimits, publishName, type Limits } from "./pipeline/limits.ts";
import { measureRate, rateOf, usageRows, type Rated, type RateOptions } from "./pipeline/rates.ts";
import { measureReport } from "./pipeline/report-time.ts";
import { openSite, type Site, type Stretch } from "./pipeline/site.ts";
import { hundredExperiments, oneExperiment } from "./pipeline/traffic.ts";
import { below, type BenchOptions, type BenchReport, type BenchRow } from "./report.ts";

const sustainedSeconds = 300;
const aimSeconds = 60;
const burstSeconds = 10;
const limitSeconds = 8;
const probesPerPartition = 40;
const hundredFoldMax = 5;

/** Events from HTTP to the log, the rolling sums and ClickHouse, on a whole Weir of its own. */
export async function run({ scale, progress }: BenchOptions): Promise<BenchReport> {
  const site = await openSite(progress);
  try {
    const seconds = (full: number, least: number): number => Math.max(least, full * scale);
    progress("pipeline: the limits");
    const limits = await measureLimits(site, seconds(limitSeconds, 2));
    const before = await countsOf(site, oneExperiment);
    const rates: Rated[] = [];
    const at = async (name: string, options: Omit<RateOptions, "name" | "scene">): Promise<Rated> => {
      progress(`pipeline: ${name}`);
      const rated = await measureRate(site, { scene: oneExperiment, name, ...options });
      rates.push(rated);
      return rated;
    };
    const sustained = await at("50 k events/s", {
      eventsPerSecond: 50_000,
      seconds: seconds(sustainedSeconds, 10),
    });
    await at("80 k events/s", { eventsPerSecond: 80_000, seconds: seconds(aimSeconds, 5), isAim: true });
    const burst = await at("burst of 200 k", { eventsPerSecond: 200_000, seconds: seconds(burstSeconds, 3) });
    await at("burst of 400 k", { eventsPerSecond: 400_000, seconds: seconds(burstSeconds, 3), isAim: true });
    const loads = rates.map(({ stretch }) => stretch.load);
    const exact = differenceRow("all of these", before, await countsOf(site, oneExperiment), loads);
    const hundred = await measureHundred(site, seconds(aimSeconds, 10), sustained.stretch, progress);
    progress("pipeline: the report");
    const report = await measureReport(site);
    progress("pipeline: freshness");
    const freshness = await measureFreshness(site, Math.round(seconds(probesPerPartition, 5)));
    return {
      name: "pipeline",
      rows: [
        ...limitRows(limits),
        ...rates.flatMap(({ rows }) => rows),
        exact,
        ...usageRows("50 k events/s", sustained.stretch),
        ...againstLimits(limits, sustained, burst),
        ...hundred,
        ...report,
        ...freshness,
      ],
      notes: notes(scale),
    };
  } finally {
    await site.close();
  }
}

/** Of the burst the rate, as nothing but the machine bounds it; of the long run the time that an event takes. */
function againstLimits({ publish, insert }: Limits, { stretch }: Rated, burst: Rated): BenchRow[] {
  const { load, wholeUsage } = stretch;
  const row = (name: string, value: number, unit: string, limit: number, against: string): BenchRow => ({
    case: name,
    value,
    unit,
    ratio: value / limit,
    against,
  });
  const accepting = (wholeUsage.cpuMicros.gateways + wholeUsage.cpuMicros.nats) / load.acknowledged;
  const writing = (wholeUsage.cpuMicros.analytics + wholeUsage.cpuMicros.warehouse) / load.acknowledged;
  return [
    row("burst of 200 k: acknowledged", rateOf(burst.stretch), "events/s", publish.perSecond, publishName),
    row("CPU of gateways and JetStream", accepting, "µs/event", publish.micros, publishName),
    row("CPU of sink and ClickHouse", writing, "µs/event", insert.micros, insertName),
  ];
}

/** The same rate of the same events into an environment where a hundred experiments run. */
async function measureHundred(
  site: Site,
  seconds: number,
  one: Stretch,
  progress: (line: string) => void,
): Promise<BenchRow[]> {
  const name = "50 k events/s, a hundred experiments";
  progress(`pipeline: ${name}`);
  const before = await countsOf(site, hundredExperiments);
  const options = { scene: hundredExperiments, name, eventsPerSecond: 50_000, seconds };
  const { stretch, rows } = await measureRate(site, options);
  const after = await countsOf(site, hundredExperiments);
  const cost = ({ load, wholeUsage }: Stretch): number => wholeUsage.cpuMicros.actors / load.acknowledged;
  const ratio = cost(stretch) / cost(one);
  return [
    ...rows,
    differenceRow(name, before, after, [stretch.load]),
    {
      case: `${name}: CPU of actors`,
      value: cost(stretch),
      unit: "µs/event",
      ratio,
      against: "one experiment",
      goal: below(ratio, hundredFoldMax),
    },
    ...usageRows(name, stretch),
  ];
}

const notes = (scale: number): string[] => [
  `two gateways; everything, the sender included, shares ${availableParallelism()} cores; load average at the end ${loadavg()
    .map((load) => load.toFixed(1))
    .join(", ")}`,
  `${sustainedSeconds * scale} s sustained; requests of 500 events over 64 connections, one in ten an exposure, 100 000 units`,
  "CPU of an event: until the last of them was counted; cores: while they came",
  "growth: of the line through the lags of the second half; a lag that does not grow has none",
];
