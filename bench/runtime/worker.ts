import process from "node:process";
import { tasks } from "./tasks.ts";
import type { Order, Outcome } from "./tasks.ts";

async function perform({ name, input }: Order): Promise<Outcome> {
  try {
    return { ok: true, value: await (tasks[name] as (input: unknown) => Promise<unknown>)(input) };
  } catch (error) {
    return { ok: false, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on("message", (order: Order) => void perform(order).then((outcome) => process.send?.(outcome)));
process.on("disconnect", () => process.exit(0)); // the bench is gone, whatever ended it
process.on("SIGINT", () => {}); // Ctrl-C reaches every process of the terminal; the bench ends us in its own order
