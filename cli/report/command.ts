import { writeFileSync } from "node:fs";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { CliFailure, sentenceOf } from "../failure.ts";
import type { Target } from "../target.ts";
import { formatOfName, type ReportFormat } from "./formats.ts";

interface ReportQuestion {
  readonly experiment: string;
  readonly format: ReportFormat;
  readonly environment?: string | undefined;
  readonly source?: string | undefined;
  readonly depth?: boolean | undefined;
}

/** ClickHouse may scan an experiment's whole history. */
const tryMsMax = 120_000;
/** Values for the plots of distributions are read from rows, which may take longer than a page should. */
const rowsMsMax = 5_000;

/** The report as text, in the form that was asked for. */
export function fetchReport(
  api: Api,
  { experiment, format, environment, source, depth }: ReportQuestion,
  signal?: AbortSignal,
): Promise<string> {
  const path = routes.report.path.replace(":key", encodeURIComponent(experiment));
  const query = {
    format,
    wait: String(rowsMsMax),
    ...(environment === undefined ? {} : { env: environment }),
    ...(source === undefined ? {} : { source }),
    ...(depth === true ? { depth: "true" } : {}),
  };
  const options = { query, as: "text", tryMs: tryMsMax, deadlineMs: tryMsMax } as const;
  return api.call<string>(routes.report.method, path, {
    ...options,
    ...(signal === undefined ? {} : { signal }),
  });
}

interface ReportOptions {
  readonly env?: string | undefined;
  readonly format?: ReportFormat | undefined;
  readonly output?: string | undefined;
  readonly source?: string | undefined;
  readonly depth?: boolean | undefined;
}

/** `weir report`. */
export async function reportCommand(
  target: Target,
  experiment: string,
  { env, format, output, source, depth }: ReportOptions,
  say: (line: string) => void,
): Promise<void> {
  const chosen = format ?? (output === undefined ? undefined : formatOfName(output)) ?? "md";
  const api = new Api(target);
  const text = await fetchReport(api, { experiment, format: chosen, environment: env, source, depth });
  if (output === undefined) say(text.trimEnd());
  else writeReport(output, text);
}

export function writeReport(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new CliFailure("not_written", `the report cannot be written to ${file}: ${sentenceOf(error)}`, {
      cause: error,
    });
  }
}
