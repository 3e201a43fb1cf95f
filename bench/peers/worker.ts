import process from "node:process";
import type { CaseName } from "./cases.ts";
import { contestants, type ContestantName } from "./contestants.ts";
import { loadPackage } from "./packages.ts";
import { Race } from "./race.ts";
import { complaintsOf } from "./shares.ts";

/** What the bench asks of a contestant's process, one at a time. */
export type Ask =
  | { readonly kind: "open"; readonly name: ContestantName; readonly case: CaseName }
  | { readonly kind: "warm"; readonly ms: number }
  | { readonly kind: "round"; readonly ms: number };

export type Told =
  | { readonly ok: true; readonly rate: number }
  | { readonly ok: false; readonly error: string };

let race: Race | undefined;

async function answer(ask: Ask): Promise<Told> {
  try {
    if (ask.kind === "open") {
      race = await Race.open(ask.case, await contestants[ask.name].open(), loadPackage);
      const complaints = complaintsOf(await race.check());
      return complaints.length === 0 ? { ok: true, rate: 0 } : { ok: false, error: complaints.join("; ") };
    }
    if (race === undefined) return { ok: false, error: `${ask.kind} before open` };
    if (ask.kind === "warm") await race.warmUp(ask.ms);
    return { ok: true, rate: ask.kind === "round" ? await race.round(ask.ms) : 0 };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

process.on("message", (ask: Ask) => void answer(ask).then((told) => process.send?.(told)));
process.on("disconnect", () => process.exit(0)); // the bench is gone, whatever ended it
process.on("SIGINT", () => {}); // Ctrl-C reaches every process of the terminal; the bench ends us in its own order
