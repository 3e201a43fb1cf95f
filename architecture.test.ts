// The repository's own rules, checked against its text. Each rule is a table or one expression; what departs from a
// rule on purpose stands in `exceptions`, with the reason.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { test } from "node:test";

/** Folder → what its files may import beside the folder itself. The longest matching folder decides. */
const mayImport: Record<string, readonly string[]> = {
  "protocols/": [],
  "runtime/": ["assert", "ids", "time", "errors", "envelope", "json", "actor-operations"].map(
    (name) => `protocols/${name}.ts`,
  ),
  "evaluation/": ["protocols/"],
  "analytics/statistics/": ["protocols/"],
  "analytics/": ["protocols/", "runtime/index.ts"],
  "actors/": ["protocols/", "runtime/index.ts", "evaluation/", "analytics/statistics/"],
  "gateway/": ["protocols/", "runtime/index.ts", "evaluation/"],
  "sdk/": ["protocols/", "evaluation/"],
  "console/": ["protocols/", "evaluation/", "analytics/statistics/"],
  "cli/": [
    "protocols/",
    "runtime/index.ts",
    "evaluation/",
    "sdk/node/index.ts",
    "actors/experiment/trial.ts",
  ],
  "bench/": [""],
};

/** Library → the one place that may import it. */
const vendors: readonly (readonly [RegExp, readonly string[]])[] = [
  [/^@nats-io\//, ["runtime/nats/", "bench/"]],
  [/^@clickhouse\//, ["analytics/clickhouse.ts"]],
  [/^chdb(\/|$)/, ["analytics/embedded/"]],
  [/^uWebSockets\.js$/, ["gateway/server.ts", "bench/"]],
  [/^piscina$/, ["analytics/pool.ts"]],
  [/^@opentelemetry\//, ["runtime/observability/"]],
  [/^pino$/, ["runtime/ports/log.ts"]],
  [/^@stdlib\//, ["analytics/statistics/special/library.ts"]],
  [/^(lit|@lit|@awesome\.me|comlink|d3-)/, ["console/"]],
  [/^commander$/, ["cli/"]],
  [/^yaml$/, ["cli/metrics/"]],
  [/^ioredis$/, ["gateway/redis.ts"]],
];

/** Rule → file → why it may. */
const exceptions: Record<string, Record<string, string>> = {
  imports: {},
  vendors: { "cli/setup/dependencies.mjs": "loads the native module once, to see that it fits this machine" },
  environment: {
    "bench/gateway.ts": "a child process inherits the whole environment",
    "analytics/embedded/supervise.ts": "a child process inherits the whole environment",
    "runtime/nats/server.ts": "a default argument, so that tests and `weir up` find the same binary",
  },
  chance: {
    "runtime/ports/clock.ts": "the clock itself",
    "runtime/ports/random.ts": "chance itself",
    "evaluation/keys.ts":
      "signing keys come from the system's generator, once; handed-in chance would be guessable",
    "runtime/nats/reply-inbox.ts":
      "sweeps what a real server left unanswered; the simulation has no such timer",
  },
  inert: {},
};

const linesMax = 400;
const files = filesBelow("");
const sources = files.filter((file) => /\.(ts|mjs|js)$/.test(file));
const isTest = (file: string): boolean => /\.(test|suite)\.(ts|mjs)$|(^|\/)testing\//.test(file);
const isEntry = (file: string): boolean => /(^|\/)(main|[a-z-]*worker|[a-z-]+\.config)\.(ts|mjs)$/.test(file);
const textOf = (file: string): string => readFileSync(file, "utf8");

test("imports point one way", () => {
  const wrong = sources.flatMap((file) => {
    const folder = folderOf(file);
    if (folder === undefined || isTest(file)) return [];
    const allowed = [folder, ...(mayImport[folder] ?? [])];
    return importsOf(file)
      .filter((target) => /^\.{1,2}\/.+\.\w+$/.test(target))
      .map((target) => normalize(join(dirname(file), target)))
      .filter(
        (target) =>
          !allowed.some((prefix) => target.startsWith(prefix)) ||
          (folder !== "bench/" && target.includes("/testing/")),
      )
      .map((target) => `${file} imports ${target}`);
  });
  assert.deepEqual(without("imports", wrong), []);
});

test("each vendor library is imported in one place", () => {
  const production = sources.filter((file) => !isTest(file));
  const wrong = production.flatMap((file) =>
    importsOf(file)
      .filter((name) =>
        vendors.some(
          ([library, places]) => library.test(name) && !places.some((place) => file.startsWith(place)),
        ),
      )
      .map((name) => `${file} imports ${name}`),
  );
  assert.deepEqual(without("vendors", wrong), []);
});

test("only configuration files read the environment; an entry may hand it to them", () => {
  const wrong = sources.filter(
    (file) =>
      !isTest(file) &&
      !isEntry(file) &&
      !/(^|\/)config\.ts$/.test(file) &&
      !file.startsWith("cli/setup/") &&
      /\bprocess\.env\b/.test(codeOf(file)),
  );
  assert.deepEqual(without("environment", wrong), []);
});

test("time and chance are handed in", () => {
  const pure = /^(runtime|evaluation|actors|analytics\/statistics)\//;
  const ambient =
    /\b(Date\.now|Math\.random|randomUUID|randomBytes|setTimeout|setInterval|performance\.now|hrtime)\b|new Date\(\)/;
  const wrong = sources.filter(
    (file) => pure.test(file) && !isTest(file) && !isEntry(file) && ambient.test(codeOf(file)),
  );
  assert.deepEqual(without("chance", wrong), []);
});

test("the pure folders do not wait", () => {
  const wrong = sources.filter(
    (file) =>
      /^(evaluation|analytics\/statistics)\//.test(file) &&
      !isTest(file) &&
      /\b(async|await)\b/.test(codeOf(file)),
  );
  assert.deepEqual(wrong, []);
});

test("a file has at most 400 lines", () => {
  const long = sources.map((file) => ({ file, lines: textOf(file).split("\n").length - 1 }));
  assert.deepEqual(
    long.filter(({ lines }) => lines > linesMax),
    [],
  );
});

test("the syntax is what Node strips: no enum, decorator or parameter property", () => {
  const unstrippable = [
    /^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s+\w+\s*\{/m,
    /^\s*@(customElement|property|state|query|eventOptions|provide|consume)\b\s*\(/m,
    /\bconstructor\s*\((?:[^)]*,)?\s*(?:public|private|protected|readonly)\s+\w+\s*[:?]/,
  ];
  const wrong = sources.filter((file) => unstrippable.some((pattern) => pattern.test(codeOf(file))));
  assert.deepEqual(wrong, []);
});

test("nothing names a package registry's or mirror's host", () => {
  const host = /\b(registry|deb|pypi|proxy|mirrors?)\.[a-z-]+\.(org|com|io|net|dev)\b/;
  assert.deepEqual(
    files.filter((file) => host.test(textOf(file))),
    [],
  );
});

test("a door lists what it exports by name", () => {
  assert.deepEqual(
    sources.filter((file) => /^export \*/m.test(codeOf(file))),
    [],
  );
});

test("importing a module does nothing", () => {
  const inert = /^(protocols|evaluation|analytics|runtime|actors|gateway|sdk)\/.*\.ts$/;
  const modules = sources.filter(
    (file) =>
      inert.test(file) && !isTest(file) && !isEntry(file) && exceptions["inert"]?.[file] === undefined,
  );
  // In a process of its own: what an import starts keeps that process alive, and what it says reaches its output.
  const script = `for (const file of ${JSON.stringify(modules)}) await import("./" + file);
    console.log(process.getActiveResourcesInfo().filter((name) => !/^(Pipe|TTY|FSReq|Close)/.test(name)).join());`;
  const result = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "--input-type=module", "--eval", script],
    { encoding: "utf8", timeout: 300_000 },
  );
  assert.deepEqual(
    { status: result.status, stdout: result.stdout, stderr: result.stderr },
    { status: 0, stdout: "\n", stderr: "" },
  );
});

function filesBelow(directory: string): string[] {
  return readdirSync(directory === "" ? "." : directory, { withFileTypes: true }).flatMap((entry) => {
    const path = directory + entry.name;
    const skipped = [".git", ".tools", ".data", "node_modules", "dist", "results"].includes(entry.name);
    if (entry.isDirectory()) return skipped ? [] : filesBelow(`${path}/`);
    return entry.isFile() ? [path] : [];
  });
}

function folderOf(file: string): string | undefined {
  const folders = Object.keys(mayImport).filter((folder) => file.startsWith(folder));
  return folders.sort((a, b) => b.length - a.length)[0];
}

/** Static imports, dynamic ones of a literal, and worker addresses. */
function importsOf(file: string): string[] {
  const specifier = /(?:\bfrom\s+|\bimport\s+|\bimport\(\s*|\bnew URL\(\s*)"([^"\n]+)"/g;
  return [...codeOf(file).matchAll(specifier)].map(([, name]) => name ?? "");
}

/** Without comments, roughly: `://` does not begin one. */
function codeOf(file: string): string {
  return textOf(file)
    .replaceAll(/\/\*[\s\S]*?\*\//g, "")
    .replaceAll(/(?<![:"'`\w\\])\/\/.*$/gm, "");
}

function without(rule: string, findings: readonly string[]): string[] {
  const known = Object.keys(exceptions[rule] ?? {});
  return findings.filter(
    (finding) => !known.some((file) => finding === file || finding.startsWith(`${file} `)),
  );
}
