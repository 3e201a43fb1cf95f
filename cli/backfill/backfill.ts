import { appendFileSync } from "node:fs";
import { basename } from "node:path";
import { Api } from "../api.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Target } from "../target.ts";
import { mappingOf, type MappingOptions } from "./mapping.ts";
import { ProgressFile } from "./progress-file.ts";
import { sendTable, type Reject, type Sent } from "./send.ts";
import { survey, type Survey } from "./survey.ts";
import { formatOf, readTable, type TableFormat } from "./table.ts";

export interface BackfillOptions extends MappingOptions {
  readonly env: string;
  readonly format?: TableFormat;
  /** Where rows go that were not taken; default: beside the file. */
  readonly rejects?: string;
  /** From the first row, whatever was sent before. */
  readonly restart?: boolean;
}

export interface BackfillTools {
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  readonly say?: (line: string) => void;
}

export interface Outcome extends Sent {
  readonly file: string;
  readonly tookMs: number;
  /** Rows that an earlier run had sent. */
  readonly skipped: number;
  readonly rejectsFile?: string;
}

const sayEveryMs = 3_000;

export const surveyFile = async (file: string, options: BackfillOptions): Promise<Survey> =>
  survey(readTable(file, formatOf(file, options.format)), {
    mapping: mappingOf(options),
    file: basename(file),
  });

/** Brings the rows of one file into an environment as events. */
export async function backfillFile(
  file: string,
  target: Target,
  options: BackfillOptions,
  { clock = systemClock, signal = new AbortController().signal, say = () => undefined }: BackfillTools = {},
): Promise<Outcome> {
  const mapping = mappingOf(options);
  const rows = readTable(file, formatOf(file, options.format));
  const api = new Api({ ...target, clock });
  const progress = new ProgressFile(file, { url: api.url, environment: options.env });
  const skipped = options.restart === true ? 0 : progress.read();
  if (skipped > 0) say(`${file}: ${skipped} rows were sent before; going on behind them`);
  const rejectsFile = options.rejects ?? `${file}.rejects.ndjson`;
  const startedAt = clock.now();
  let [saidAt, wrote] = [startedAt, false];
  const onReject = (reject: Reject): void => {
    wrote = true;
    appendFileSync(rejectsFile, `${JSON.stringify(reject)}\n`, { mode: 0o600 });
  };
  const onProgress = (sent: Sent): void => {
    progress.write(sent.answered);
    if (clock.now() - saidAt < sayEveryMs) return;
    saidAt = clock.now();
    say(`${file}: ${rateText(sent, saidAt - startedAt)}`);
  };
  const { env: environment } = options;
  const name = basename(file);
  const shared = { api, environment, mapping, file: name, after: skipped, clock, signal };
  const sent = await sendTable(rows, { ...shared, onReject, onProgress });
  progress.remove();
  const tookMs = clock.now() - startedAt;
  return { file, ...sent, tookMs, skipped, ...(wrote ? { rejectsFile } : {}) };
}

export function rateText({ rows, accepted, duplicate, optedOut, rejected }: Sent, ms: number): string {
  const parts = [`${rows} rows`, `${accepted} taken`];
  if (duplicate > 0) parts.push(`${duplicate} taken before`);
  if (optedOut > 0) parts.push(`${optedOut} of units without consent`);
  if (rejected > 0) parts.push(`${rejected} refused`);
  return `${parts.join(", ")}; ${Math.round((rows * 1_000) / Math.max(1, ms))} rows/s`;
}
