import { activate, hoard, writeHistory } from "./tasks/activation.ts";
import { appendBare, appendThroughActors } from "./tasks/appends.ts";
import { askActors, askBare, answerBare } from "./tasks/asks.ts";
import { consumeBare, fillStream, foldThroughActor } from "./tasks/folds.ts";
import { host } from "./tasks/host.ts";
import { weigh } from "./tasks/memory.ts";
import { stepInMemory } from "./tasks/steps.ts";

/** What a worker can be told to do. Inputs and results travel as JSON. */
export const tasks = {
  stepInMemory,
  answerBare,
  askBare,
  askActors,
  appendBare,
  appendThroughActors,
  fillStream,
  consumeBare,
  foldThroughActor,
  hoard,
  writeHistory,
  activate,
  host,
  weigh,
};
export type Tasks = typeof tasks;

export interface Order {
  readonly name: keyof Tasks;
  readonly input: unknown;
}
export type Outcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly error: string };
