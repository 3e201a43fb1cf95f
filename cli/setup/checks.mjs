// What `check` and `test` run, in the order in which a mistake is cheapest to hear about.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { foreground } from "./run.mjs";
import { say, SetupError } from "./say.mjs";

/** A test that has not ended by then never will: the longest measured ones take well under a minute. */
const testMsMax = 300_000;
/** Test files start servers of their own; more than two at once make each other's time limits miss. */
const testFilesAtOnce = 2;

function staticChecks(root) {
  const tool = (name) => join(root, "node_modules", ".bin", name);
  const checks = [["types", tool("tsc"), ["--noEmit", "-p", "."]]];
  if (existsSync(join(root, "console", "index.html"))) {
    checks.push(["types of the console", tool("tsc"), ["--noEmit", "-p", "console"]]);
  }
  checks.push(["lint", tool("oxlint"), ["--deny-warnings"]]);
  checks.push(["format", tool("oxfmt"), ["--check"]]);
  checks.push(["unused code", tool("knip"), []]);
  return checks;
}

export function check(root, env) {
  return runAll(root, env, staticChecks(root));
}

/** Every check and test; with paths, only the tests there. Options (`--…`) go to Node's test runner. */
export function test(root, env, node, args) {
  const options = args.filter((arg) => arg.startsWith("-"));
  const paths = args.filter((arg) => !arg.startsWith("-"));
  const files = paths.length === 0 ? testFilesBelow(root) : paths.flatMap((path) => testFilesAt(path));
  const runner = [
    "--disable-warning=ExperimentalWarning",
    "--test",
    "--test-reporter=spec",
    `--test-timeout=${testMsMax}`,
    `--test-concurrency=${testFilesAtOnce}`,
  ];
  const tests = ["tests", node, [...runner, ...options, ...files.map((file) => relative(root, file))]];
  return runAll(root, env, paths.length === 0 ? [...staticChecks(root), tests] : [tests]);
}

/** Runs all of them even if one fails, so that one run shows everything there is to mend. */
async function runAll(root, env, steps) {
  const lines = [];
  let failed = 0;
  for (const [name, file, args] of steps) {
    say(`${name} …`);
    const startedAt = process.hrtime.bigint();
    const code = await foreground(file, args, { cwd: root, env });
    if (code > 128) return code; // stopped by a signal: the person wants us to stop, too
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    if (code !== 0) failed += 1;
    lines.push(`${code === 0 ? "ok    " : "FAILED"} ${seconds.toFixed(1).padStart(6)} s  ${name}`);
  }
  for (const line of lines) say(line);
  return failed === 0 ? 0 : 1;
}

function testFilesAt(path) {
  const file = resolve(path);
  if (!existsSync(file)) throw new SetupError(`${path} does not exist.`);
  const files = statSync(file).isDirectory() ? testFilesBelow(file) : [file];
  if (files.length === 0) throw new SetupError(`there are no tests in ${path}.`);
  return files;
}

function testFilesBelow(directory) {
  return readdirSync(directory, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules" && name !== "dist")
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return testFilesBelow(path);
      return /\.test\.(ts|mjs)$/.test(entry.name) ? [path] : [];
    });
}
