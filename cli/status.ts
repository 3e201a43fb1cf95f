import { CliFailure } from "./failure.ts";
import { askReady } from "./up/readiness.ts";

/** Prints what /ready says; false when not everything works. */
export async function status(url: string, say: (line: string) => void): Promise<boolean> {
  const state = await askReady(url);
  if (state === undefined) throw new CliFailure("not_running", `no Weir answers at ${url}`);
  say(`${state.ready ? "ready" : "NOT READY"}  ${url}`);
  for (const { name, ready, detail } of state.parts)
    say(`  ${name.padEnd(12)} ${ready ? "ready" : "not ready"}${detail === undefined ? "" : `: ${detail}`}`);
  return state.ready;
}
