import { randomBytes } from "node:crypto";
import { basename } from "node:path";
import { Api } from "../api.ts";
import { type Clock, systemClock } from "../clock.ts";
import { CliFailure, usageFailure } from "../failure.ts";
import { fetchReport, writeReport } from "../report/command.ts";
import { formatOfName } from "../report/formats.ts";
import type { Target } from "../target.ts";
import { parseMetricOption } from "./metric-option.ts";
import { type Progress, silentProgress } from "./progress.ts";
import { type Report, reportOf } from "./report.ts";
import { type Malformed, readRows, type Scan, scanFile } from "./scan.ts";
import { archiveScratch, makeScratch } from "./scratch.ts";
import { sendRows } from "./send.ts";
import { scorecardText } from "./scorecard.ts";
import { fetchResults, waitLevel } from "./settle.ts";
import { slug, uniqueSlugs } from "./slug.ts";
import { equalWeights, parseWeights } from "./weights.ts";

export interface ReplayOptions {
  readonly file: string;
  /** A column, or `@row` for the row's number. */
  readonly unit: string;
  readonly variant: string;
  /** The control's name in the file. */
  readonly control: string;
  /** `NAME:TYPE=COLUMN` each. */
  readonly metrics: readonly string[];
  readonly time?: string;
  /** `NAME=SHARE,…`; equal shares unless given. */
  readonly weights?: string;
  /** Refuse the whole file for one malformed row. */
  readonly strict?: boolean;
  /** Leave the scratch environment as it is. */
  readonly keep?: boolean;
  /** Where the report goes at the end. */
  readonly report?: string;
}

export interface ReplayTools {
  readonly clock?: Clock;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

export interface ReplayOutcome {
  readonly report: Report;
  /** What may be concluded, in text. Absent: the service makes no scorecard. */
  readonly scorecard?: string;
  readonly environment: string;
  readonly experiment: string;
  readonly rows: number;
  readonly events: number;
  readonly malformed: number;
  readonly examples: readonly Malformed[];
}

/** A checked file, ready to be sent. */
export interface PreparedReplay {
  readonly scan: Scan;
  readonly weights: ReadonlyMap<string, number>;
  readonly now: number;
}

/** Everything that can be said of the file without a service: options, columns, variants and malformed rows. */
export async function prepareReplay(options: ReplayOptions, now: number): Promise<PreparedReplay> {
  if (options.metrics.length === 0)
    throw usageFailure("at least one --metric is needed, as in --metric visits:binary=visit");
  const metrics = options.metrics.map(parseMetricOption);
  const listed = options.weights === undefined ? undefined : parseWeights(options.weights);
  const { file, unit, variant, time } = options;
  const scan = await scanFile({
    file,
    unit,
    variant,
    metrics,
    now,
    ...(time === undefined ? {} : { time }),
    ...(listed === undefined ? {} : { variants: new Set(listed.keys()) }),
  });
  if (options.strict === true && scan.malformed > 0)
    throw new CliFailure(
      "malformed_rows",
      `${scan.malformed} of ${scan.total} rows are malformed and --strict was given; nothing was sent:\n${malformedText(scan)}`,
    );
  if (scan.rows === 0)
    throw new CliFailure(
      "no_rows",
      `no row of ${file} can be replayed${scan.malformed > 0 ? `:\n${malformedText(scan)}` : ""}`,
    );
  const weights = listed ?? equalWeights([...scan.variants.keys()]);
  if (!weights.has(options.control.trim()))
    throw usageFailure(
      `there is no variant '${options.control}' (--control); the file has: ${[...weights.keys()].join(", ")}`,
    );
  return { scan, weights, now };
}

/** Sends a prepared file through a running Weir and answers what its experiment says. */
export async function runReplay(
  options: ReplayOptions,
  prepared: PreparedReplay,
  target: Target,
  tools: ReplayTools = {},
): Promise<ReplayOutcome> {
  const { clock = systemClock, progress = silentProgress, signal = new AbortController().signal } = tools;
  const { scan, weights, now } = prepared;
  const api = new Api({ ...target, clock });
  const title = basename(options.file);
  const experiment = slug(title.replace(/\.csv$/i, ""), "replay");
  const environment = environmentKey(now);
  const keys = uniqueSlugs([...weights.keys()], "variant");
  const { metrics } = scan.columns;
  const variants = [...weights].map(([name, weight]) => ({ key: keys.get(name) ?? name, name, weight }));
  const control = keys.get(options.control.trim()) ?? options.control;

  try {
    progress.step(
      `Making the environment ${environment} with ${variants.length} variants and ${metrics.length} metrics`,
    );
    await makeScratch(api, { environment, experiment, title, variants, control, metrics }, clock, signal);
    progress.step(`Sending ${scan.rows} rows to ${target.url}`);
    progress.start(scan.rows);
    const rules = { experiment, variantKeys: keys, baseTs: now - scan.total };
    const rows = readRows(options.file, { columns: scan.columns, variants: new Set(weights.keys()), now });
    const sent = await sendRows(rows, {
      api,
      environment,
      rules,
      clock,
      signal,
      onProgress: ({ rows }) => progress.at(rows),
    });
    progress.end();
    progress.step(`${sent.events} events are stored; waiting until all are counted`);
    await waitLevel(api, environment, clock, signal);
    const results = await fetchResults(api, { environment, experiment }, clock, signal);
    const names = {
      variants: new Map(variants.map(({ key, name }) => [key, name])),
      metrics: new Map(metrics.map(({ key, name }) => [key, name])),
    };
    const { malformed, examples } = scan;
    if (options.report !== undefined) {
      const format = formatOfName(options.report) ?? "html";
      writeReport(options.report, await fetchReport(api, { experiment, format, environment }, signal));
      progress.step(`The report is in ${options.report}`);
    }
    const scorecard = scorecardText(results.streaming, names);
    return {
      report: reportOf(results, names),
      ...(scorecard === undefined ? {} : { scorecard }),
      environment,
      experiment,
      ...sent,
      malformed,
      examples,
    };
  } finally {
    progress.end();
    // The answer, or the failure that brought us here, matters more than an environment that stays behind.
    if (options.keep !== true)
      await archiveScratch(api, environment).catch(() =>
        progress.step(`${environment} could not be archived`),
      );
  }
}

/** The malformed rows that were kept as examples, one a line, and how many more there are. */
export function malformedText({ malformed, examples }: Pick<Scan, "malformed" | "examples">): string {
  const lines = examples.map(({ line, reason }) => `  line ${line}: ${reason}`);
  const more = malformed - examples.length;
  return [...lines, ...(more > 0 ? [`  and ${more} more`] : [])].join("\n");
}

/** `replay-20261121t151500-3f9a`: readable, sorted by time, and two at once do not meet. */
const environmentKey = (now: number): string =>
  `replay-${new Date(now).toISOString().slice(0, 19).replace(/[-:]/g, "").toLowerCase()}-${randomBytes(2).toString("hex")}`;
