import { z } from "zod";
import {
  LifecycleAction,
  type EnvironmentMessage,
  type PublishReceipt,
} from "../../protocols/environment-messages.ts";
import { fail } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { ExperimentKey, FlagKey, type EnvironmentKey } from "../../protocols/ids.ts";
import { environmentOf } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { answer, ask, environmentActor, scopeOf } from "./ask.ts";
import { viewOf } from "./entities.ts";
import { pageOf } from "./page.ts";

/** What makes plans: publish, roll back, and the lives of experiments. */
const Note = z.strictObject({ note: z.string().max(1_000).optional() });
export const Rollback = z.strictObject({ version: z.number().int().min(1) });
export const PublishNote = Note;

export async function publishEnvironment(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(Note, body);
  if (!input.ok) return call.problem(input.failure);
  return make(room, call, inPath(room, call), { type: "publish", ...noted(input.value) });
}

export async function publishFlag(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(Note, body);
  if (!input.ok) return call.problem(input.failure);
  const flag = FlagKey.safeParse(call.params[0]);
  if (!flag.success)
    return call.problem({ code: "flag_not_found", flag: (call.params[0] ?? "").slice(0, 100) });
  return make(room, call, scopeOf(room, call), { type: "publish", flag: flag.data, ...noted(input.value) });
}

export async function rollbackEnvironment(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(Rollback, body);
  if (!input.ok) return call.problem(input.failure);
  return make(room, call, inPath(room, call), { type: "rollback", version: input.value.version });
}

export async function changeLifecycle(room: Room, call: Call): Promise<Answer> {
  const experiment = ExperimentKey.safeParse(call.params[0]);
  if (!experiment.success)
    return call.problem({ code: "experiment_not_found", experiment: (call.params[0] ?? "").slice(0, 100) });
  const action = LifecycleAction.safeParse(call.params[1]);
  if (!action.success) return call.problem({ code: "route_not_found", path: call.head.path.slice(0, 200) });
  return make(room, call, scopeOf(room, call), {
    type: "lifecycle",
    experiment: experiment.data,
    action: action.data,
  });
}

export async function listVersions(room: Room, call: Call): Promise<Answer> {
  const environment = inPath(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const view = await viewOf(room, call, environment.value);
  if (!view.ok) return call.problem(view.failure);
  // Newest first, so the next page holds smaller versions.
  const keyOf = ({ version }: { readonly version: number }): string => String(version);
  return answer(
    call,
    pageOf(call.head.query, view.value.versions, keyOf, (after, key) => Number(key) < Number(after)),
  );
}

export const inPath = (room: Room, call: Call): Outcome<EnvironmentKey> =>
  environmentOf(call.principal, room.directory, call.params[0]);

async function make(
  room: Room,
  call: Call,
  environment: Outcome<EnvironmentKey>,
  message: EnvironmentMessage,
): Promise<Answer> {
  if (!environment.ok) return call.problem(environment.failure);
  if (room.directory.environment(environment.value) === undefined)
    return answer(call, fail({ code: "environment_not_found", environment: environment.value }));
  const receipt = await ask<PublishReceipt>(room, call, environmentActor(environment.value), message);
  return answer(call, receipt, (value) => jsonAnswer(200, value, [["etag", `"${value.etag}"`]]));
}

const noted = ({ note }: z.infer<typeof Note>): { note?: string } => (note === undefined ? {} : { note });
