import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { dataPaths } from "./paths.ts";

/** What a running `weir up` tells others about itself, in `<data>/run.json`. */
const RunFile = z.object({
  pid: z.number().int(),
  url: z.string(),
  natsUrl: z.string(),
  /** Process id of each part that runs just now. */
  pids: z.record(z.string(), z.number().int()),
});
export type RunFile = z.infer<typeof RunFile>;

/** Written beside and renamed, so that a reader never sees half of it. */
export function writeRunFile(dataDir: string, run: RunFile): void {
  const { run: path } = dataPaths(dataDir);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(run, undefined, 2)}\n`);
  renameSync(draft, path);
}

export const removeRunFile = (dataDir: string): void => rmSync(dataPaths(dataDir).run, { force: true });

/** The running Weir of a data directory; undefined when there is none (a file left by a killed one counts as none). */
export function readRunFile(dataDir: string): RunFile | undefined {
  try {
    const run = RunFile.parse(JSON.parse(readFileSync(dataPaths(dataDir).run, "utf8")));
    process.kill(run.pid, 0);
    return run;
  } catch {
    return undefined;
  }
}
