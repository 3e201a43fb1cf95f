import { unitIdOf } from "../../evaluation/unit.ts";
import { defaultUnitType, EnvironmentKey, MetricKey } from "../../protocols/ids.ts";
import { Api } from "../api.ts";
import { systemClock } from "../clock.ts";
import type { CliConfig } from "../config.ts";
import { CliFailure, usageFailure } from "../failure.ts";
import { interruptible } from "../interruptible.ts";
import { requireTarget, type TargetOptions } from "../target.ts";
import { terminalProgress } from "../replay/progress.ts";
import { counted } from "../text-table.ts";
import { problemsOf } from "./check.ts";
import { publish, requireEnvironment, start, unitIdsOf } from "./environment.ts";
import type { Imported, ImportOptions } from "./imported.ts";
import { putAll, type PutCounts } from "./put.ts";
import { importContent, readContent } from "./read.ts";
import { reportText, tally } from "./report.ts";
import type { SystemName } from "./system-names.ts";
import { systems } from "./systems.ts";

export interface ImportCommandOptions extends TargetOptions {
  readonly environment: string;
  readonly keyAttribute?: string;
  readonly metric?: string;
  readonly dryRun?: boolean;
  readonly publish?: boolean;
  readonly json?: boolean;
}

interface Done extends PutCounts {
  readonly environment: string;
  readonly version?: number;
  readonly started: readonly string[];
}

/** `weir import`: reads, translates, checks, and unless it is a dry run puts the result into an environment. */
export async function importCommand(
  name: SystemName,
  file: string,
  options: ImportCommandOptions,
  config: CliConfig,
): Promise<void> {
  for (const [schema, value, what] of [
    [EnvironmentKey, options.environment, "--environment"],
    [MetricKey, options.metric ?? "metric", "--metric"],
  ] as const)
    if (!schema.safeParse(value).success) throw usageFailure(`${what} ${value} is no key`);
  const content = await readContent(file);
  if (options.dryRun === true) {
    // Keys become some pseudonyms: which, nobody will see.
    const imported = translate(name, content, file, options, (key) =>
      unitIdOf("dry run", defaultUnitType, key),
    );
    return show(imported, undefined, options.json === true);
  }
  await interruptible(async (signal) => {
    const api = new Api(requireTarget(options, config));
    const progress = terminalProgress(process.stderr, systemClock, "entities");
    // The file is looked at before anything is made for it.
    translate(name, content, file, options, (key) => unitIdOf("check", defaultUnitType, key));
    await requireEnvironment(api, options.environment, signal);
    const unitIds = await unitIdsOf(api, options.environment, systemClock, signal);
    const imported = translate(name, content, file, options, unitIds);
    progress.step(`From ${systems[name].title} into ${options.environment}:`);
    const counts = await putAll(api, imported, { environment: options.environment, signal, progress });
    const published = options.publish === true ? await publishAll(api, name, imported, options, signal) : {};
    show(
      imported,
      { environment: options.environment, ...counts, started: [], ...published },
      options.json === true,
    );
  });
}

function translate(
  name: SystemName,
  content: unknown,
  file: string,
  { keyAttribute, metric }: ImportCommandOptions,
  unitIdOfKey: ImportOptions["unitIdOf"],
): Imported {
  const imported = importContent(name, content, file, {
    unitIdOf: unitIdOfKey,
    ...(keyAttribute === undefined ? {} : { keyAttribute }),
    ...(metric === undefined ? {} : { metric }),
  });
  const problems = problemsOf(imported, metric);
  if (problems.length === 0) return imported;
  const list = problems.slice(0, 20).map(({ path, message }) => `\n  ${path}: ${message}`);
  throw new CliFailure("invalid_plan", `the import could not be published:${list.join("")}`);
}

async function publishAll(
  api: Api,
  name: SystemName,
  { experiments }: Imported,
  { environment }: ImportCommandOptions,
  signal: AbortSignal,
): Promise<{ readonly version: number; readonly started: readonly string[] }> {
  const version = await publish(api, environment, `Import of ${systems[name].title}`, signal);
  const started: string[] = [];
  for (const { key } of experiments) if (await start(api, environment, key, signal)) started.push(key);
  return { version, started };
}

function show(imported: Imported, done: Done | undefined, json: boolean): void {
  const { report } = imported;
  if (json) {
    const { flags, segments, experiments } = imported;
    const entities = done === undefined ? { flags, segments, experiments } : {};
    process.stdout.write(`${JSON.stringify({ counts: tally(report), report, ...entities, ...done })}\n`);
    return;
  }
  const lines = [reportText(imported)];
  if (done === undefined) lines.push("A dry run: nothing was written.");
  else {
    lines.push(`${done.environment}: ${done.written} written, ${done.unchanged} unchanged`);
    for (const key of done.kept) lines.push(`kept as it is, because it runs: experiment ${key}`);
    if (done.version === undefined)
      lines.push("Drafts only: publish the environment to make them count (--publish).");
    else lines.push(`published; ${counted(done.started.length, "experiment")} started`);
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}
