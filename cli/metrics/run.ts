import { metricJsonSchema } from "../../protocols/metric-schema.ts";
import { Api } from "../api.ts";
import { environmentName } from "../environment-name.ts";
import { CliFailure, exitCodes, usageFailure } from "../failure.ts";
import { publishWithWarnings } from "./publish.ts";
import type { Target } from "../target.ts";
import { counted } from "../text-table.ts";
import { planApply, putMetrics } from "./apply.ts";
import { checkFiles } from "./check.ts";
import { differencesBetween, differencesText } from "./diff.ts";
import type { Documents } from "./documents.ts";
import { environmentMetrics } from "./environment.ts";
import { findingsShownMax, findingsText, type Finding } from "./finding.ts";
import { lineageOfEnvironment, lineageOfFiles, lineageText, type LineageAsked } from "./lineage.ts";
import { testFiles, testText } from "./tests.ts";
import type { Trial } from "./trial-run.ts";

// What each `weir metrics …` prints, and the code it ends with.

export interface Output {
  readonly text: string;
  readonly exitCode: number;
}

interface Asked {
  readonly json?: boolean;
}
export interface EnvironmentAsked extends Asked {
  readonly environment?: string;
}

const output = ({ json }: Asked, value: object, text: () => string, ok = true): Output => ({
  text: json === true ? JSON.stringify(value, undefined, 2) : text(),
  exitCode: ok ? 0 : exitCodes.failed,
});

/** The first of them; how many there are in all is said beside. */
const shown = (findings: readonly Finding[]): object => ({
  findings: findings.slice(0, findingsShownMax * 20),
  findingCount: findings.length,
});

export async function validateCommand(files: readonly string[], options: Asked): Promise<Output> {
  const { metrics, tests, findings } = await checkFiles(files);
  const value = {
    ok: findings.length === 0,
    metrics: metrics.length,
    tests: tests.length,
    ...shown(findings),
  };
  const held = `${counted(metrics.length, "metric")}, ${counted(tests.length, "test")}`;
  const text = (): string =>
    findings.length === 0
      ? `${held}: nothing is wrong`
      : `${findingsText(findings)}\n\n${counted(findings.length, "error")}`;
  return output(options, value, text, value.ok);
}

export async function testCommand(files: readonly string[], options: Asked, trial: Trial): Promise<Output> {
  const run = await testFiles(files, trial);
  return output(options, run, () => testText(run), run.ok);
}

export async function lineageCommand(
  asked: LineageAsked & EnvironmentAsked & { readonly files?: readonly string[] },
  target: () => Target,
): Promise<Output> {
  if (asked.metric !== undefined && asked.event !== undefined)
    throw usageFailure("give --metric or --event, not both");
  const lineages =
    asked.files === undefined
      ? await lineageFromApi(asked, target())
      : await lineageFromFiles(asked, asked.files);
  const single = asked.metric !== undefined || asked.event !== undefined;
  return output(asked, single ? (lineages[0] ?? {}) : lineages, () => lineageText(lineages));
}

async function lineageFromApi(asked: LineageAsked & EnvironmentAsked, target: Target) {
  const api = new Api(target);
  return lineageOfEnvironment(api, await environmentName(api, asked.environment), asked);
}

async function lineageFromFiles(asked: LineageAsked, files: readonly string[]) {
  const { metrics } = await sound(files);
  return lineageOfFiles({ metrics: metrics.map(({ metric }) => metric), experiments: [] }, asked);
}

/** Two sets of files, or what an environment has against files. */
export async function diffCommand(
  [first, second]: readonly [string, string | undefined],
  options: EnvironmentAsked,
  target: () => Target,
): Promise<Output> {
  const after = (await sound([second ?? first])).metrics.map(({ metric }) => metric);
  if (second !== undefined) {
    const before = (await sound([first])).metrics.map(({ metric }) => metric);
    const differences = differencesBetween(before, after, []);
    return output(options, { differences }, () => differencesText(differences));
  }
  const api = new Api(target());
  const environment = await environmentName(api, options.environment);
  const { metrics, experiments } = await environmentMetrics(api, environment);
  const present = metrics.map(({ entity }) => entity);
  const named = new Set<string>(after.map(({ key }) => key));
  const before = present.filter(({ key }) => named.has(key));
  const notInFiles = present.map(({ key }) => key).filter((key) => !named.has(key));
  const differences = differencesBetween(before, after, experiments);
  const rest =
    notInFiles.length === 0 ? "" : `\nin ${environment} and not in these files: ${notInFiles.join(", ")}`;
  return output(options, { environment, differences, notInFiles }, () => differencesText(differences) + rest);
}

export interface ApplyAsked extends EnvironmentAsked {
  readonly dryRun?: boolean;
  readonly publish?: boolean;
}

export async function applyCommand(
  files: readonly string[],
  options: ApplyAsked,
  target: Target,
): Promise<Output> {
  const { metrics } = await sound(files);
  const api = new Api(target);
  const environment = await environmentName(api, options.environment);
  const { differences, findings, puts } = await planApply(api, environment, metrics);
  if (findings.length > 0)
    return output(
      options,
      { ok: false, environment, ...shown(findings) },
      () => findingsText(findings),
      false,
    );
  const shownText = differencesText(differences);
  if (options.dryRun === true)
    return output(
      options,
      { environment, dryRun: true, differences },
      () => `${shownText}\nnothing was changed in ${environment} (dry run)`,
    );
  const done = await putMetrics(api, environment, puts);
  const applied = done.map(({ entity, version }) => ({
    metric: entity.key,
    version: entity.version ?? 1,
    revision: version,
  }));
  const published =
    options.publish === true
      ? await publishWithWarnings(api, environment, `${counted(done.length, "metric")} from files`)
      : undefined;
  const value = { environment, differences, applied, ...(published === undefined ? {} : { published }) };
  return output(options, value, () =>
    [
      shownText,
      ...applied.map(({ metric, version }) => `${metric} is version ${version} in ${environment}`),
      ...publishedLines(environment, published, done.length),
    ].join("\n"),
  );
}

type Published = Awaited<ReturnType<typeof publishWithWarnings>>;

function publishedLines(environment: string, published: Published | undefined, changed: number): string[] {
  if (published !== undefined)
    return [
      `published in version ${published.version}`,
      ...published.warnings.map(({ path, message }) => `  ${path}: ${message}`),
    ];
  return changed === 0 ? [] : [`Drafts of ${environment}: publish it to make them count (--publish).`];
}

export const schemaCommand = (): Output => ({
  text: JSON.stringify(metricJsonSchema(), undefined, 2),
  exitCode: 0,
});

/** What is wrong anywhere in the files ends every command but those that look for it. */
async function sound(files: readonly string[]): Promise<Documents> {
  const documents = await checkFiles(files);
  if (documents.findings.length === 0) return documents;
  const count = counted(documents.findings.length, "error");
  throw new CliFailure("invalid_files", `${count} in the files\n\n${findingsText(documents.findings)}`);
}
