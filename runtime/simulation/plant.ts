import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { assert } from "../../protocols/assert.ts";
import { runSchedule, stepsDefault } from "./schedule.ts";
import type { PlantedBug } from "./planted-bugs.ts";

export interface Finding {
  readonly name: string;
  readonly files: readonly string[];
  /** Schedules until the first that failed; undefined when none of them did. */
  readonly seeds: number | undefined;
  /** Which invariant did not hold. */
  readonly caughtBy: string;
}

export const root = new URL("../../", import.meta.url);
const copied = ["runtime", "protocols"] as const;
const linked = ["node_modules", "package.json"] as const;
/** A schedule that does not end is a finding as well, but not one to wait for. */
const runMsMax = 900_000;

/** Plants a bug into a copy of the runtime and simulates there until a seed fails. */
export async function findBug({ name, edits }: PlantedBug, seedsMax: number): Promise<Finding> {
  const directory = await mkdtemp(join(tmpdir(), "weir-planted-"));
  try {
    for (const folder of copied)
      await cp(join(fileURLToPath(root), folder), join(directory, folder), { recursive: true });
    for (const entry of linked) await symlink(join(fileURLToPath(root), entry), join(directory, entry));
    for (const { file, find, put } of edits) {
      const text = await readFile(join(directory, file), "utf8");
      assert(
        text.split(find).length === 2,
        `"${name}": ${file} holds the text to replace ${text.split(find).length - 1} times`,
      );
      await writeFile(
        join(directory, file),
        text.replace(find, () => put),
      );
    }
    const files = [...new Set(edits.map(({ file }) => file))];
    return { name, files, ...(await simulate(directory, seedsMax)) };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function simulate(directory: string, seedsMax: number): Promise<Pick<Finding, "seeds" | "caughtBy">> {
  for (let first = 1; first <= seedsMax;) {
    const { output, code } = await outputOf([
      "--disable-warning=ExperimentalWarning",
      join(directory, "runtime/simulation/main.ts"),
      `--seed=${first}`,
      `--count=${seedsMax - first + 1}`,
      `--steps=${stepsDefault}`,
      "--jobs=1",
      "--until-failure",
    ]);
    if (code === 0) break;
    const [, seedText, caughtBy] = /^seed (\d+): (\w+)/m.exec(output) ?? [];
    if (seedText === undefined || caughtBy === undefined)
      throw new Error(`the simulation ended with ${String(code)}: ${output.slice(-2_000)}`);
    const seed = Number(seedText);
    // A seed proves something only when it passes without the bug.
    const healthy = await runSchedule(seed, { steps: stepsDefault, tracing: false });
    if (healthy.violations.length === 0) return { seeds: seed, caughtBy };
    first = seed + 1;
  }
  return { seeds: undefined, caughtBy: "nothing" };
}

function outputOf(args: readonly string[]): Promise<{ output: string; code: number | null }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], timeout: runMsMax });
    let output = "";
    const keep = (chunk: Buffer): void => void (output += chunk.toString());
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    child.on("error", reject);
    child.on("close", (code) => resolve({ output, code }));
  });
}
