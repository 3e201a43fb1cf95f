import { jsonOf, tableOf, type BenchRun } from "./report.ts";

const benches: Readonly<Record<string, string>> = {
  evaluate: "decisions in process, against straight-line code for the same answers",
  gateway: "HTTP evaluation against a bare server, new plans under load, and new plans to a thousand streams",
  endurance: "ten minutes of HTTP evaluation: does the gateway's memory grow?",
  peers: "decisions in process, against other systems' engines (optional: --install) and straight-line code",
  pipeline:
    "events from HTTP to rolling results and ClickHouse: sustained, in a burst, how fresh, and what it costs",
  folding:
    "events in the rolling sums: events a second, bytes a unit, one experiment and a hundred, a rebuild",
  coverage:
    "the statistics' promises by simulation: error rates under peeking, coverage, power (scale 1: minutes)",
  statistics: "a scorecard from sums, a bootstrap over the pool, and answers out of ten million raw rows",
  runtime: "actors: steps, asks, appends, folds, activation, fail-over and memory, against bare NATS",
};

const help = `Usage: npm run bench -- <name> [--json] [--quick] [--install] [--only=PART]

${Object.entries(benches)
  .map(([name, what]) => `  ${name.padEnd(10)}${what}`)
  .join("\n")}

  --json    print the report as JSON
  --quick   a tenth of the work: shows that it runs, not how fast
  --install fetch the peers that \`peers\` compares with, in their pinned versions, into .data/bench-peers
  --only    one part of a bench that has several: with \`runtime\`, memory for one
`;

const given = process.argv.slice(2);
const names = given.filter((argument) => !argument.startsWith("--"));
const flags = new Set(given.filter((argument) => argument.startsWith("--")));
const onlyFlag = "--only=";
const only = [...flags].find((flag) => flag.startsWith(onlyFlag));
const unknown = [...flags].filter(
  (flag) => flag !== only && !["--json", "--quick", "--install", "--help"].includes(flag),
);

if (flags.has("--help") || given.length === 0) process.stdout.write(help);
else if (unknown.length > 0 || names.length === 0 || names.some((name) => !Object.hasOwn(benches, name))) {
  process.stderr.write(
    `unknown: ${[...names.filter((name) => !Object.hasOwn(benches, name)), ...unknown].join(" ")}\n\n${help}`,
  );
  process.exitCode = 2;
} else {
  for (const name of names) {
    // Loaded only when asked for: each bench brings servers and clients of its own.
    const { run } = (await import(new URL(`${name}.ts`, import.meta.url).href)) as { run: BenchRun };
    const progress = (line: string): void => void process.stderr.write(`${line}\n`);
    const report = await run({
      scale: flags.has("--quick") ? 0.1 : 1,
      install: flags.has("--install"),
      ...(only === undefined ? {} : { only: only.slice(onlyFlag.length) }),
      progress,
    });
    process.stdout.write(flags.has("--json") ? jsonOf(report) : tableOf(report));
  }
}
