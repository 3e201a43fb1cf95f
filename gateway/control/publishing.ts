import { z } from "zod";
import {
  LifecycleAction,
  type EnvironmentMessage,
  type Page,
  type PublishedVersion,
  type PublishPreview,
  type PublishReceipt,
} from "../../protocols/environment-messages.ts";
import { fail } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { ExperimentKey, FlagKey, type EnvironmentKey } from "../../protocols/ids.ts";
import { environmentOf } from "../auth.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseBody } from "../json-body.ts";
import { answer, ask, environmentActor, expectedVersion, scopeOf } from "./ask.ts";
import { numberedPageAsked, pageShown } from "./page.ts";

/** What makes plans: publish, roll back, and the lives of experiments. */
const dryRun = z.boolean().optional();
export const PublishNote = z.strictObject({ note: z.string().max(1_000).optional(), dryRun });
export const Rollback = z.strictObject({ version: z.number().int().min(1), dryRun });

export async function publishEnvironment(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(PublishNote, body);
  if (!input.ok) return call.problem(input.failure);
  return make(room, call, inPath(room, call), { type: "publish", ...given(input.value) });
}

export async function publishFlag(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(PublishNote, body);
  if (!input.ok) return call.problem(input.failure);
  const flag = FlagKey.safeParse(call.params[0]);
  if (!flag.success)
    return call.problem({ code: "flag_not_found", flag: (call.params[0] ?? "").slice(0, 100) });
  return make(room, call, scopeOf(room, call), { type: "publish", flag: flag.data, ...given(input.value) });
}

export async function rollbackEnvironment(room: Room, call: Call, body: string): Promise<Answer> {
  const input = parseBody(Rollback, body);
  if (!input.ok) return call.problem(input.failure);
  const { version, ...rest } = input.value;
  return make(room, call, inPath(room, call), { type: "rollback", version, ...given(rest) });
}

export async function changeLifecycle(room: Room, call: Call, body: string): Promise<Answer> {
  const experiment = ExperimentKey.safeParse(call.params[0]);
  if (!experiment.success)
    return call.problem({ code: "experiment_not_found", experiment: (call.params[0] ?? "").slice(0, 100) });
  const input = parseBody(PublishNote, body);
  if (!input.ok) return call.problem(input.failure);
  const message = lifecycleMessage(experiment.data, call.params[1] ?? "", input.value);
  return message === undefined
    ? call.problem({ code: "route_not_found", path: call.head.path.slice(0, 200) })
    : make(room, call, scopeOf(room, call), message);
}

function lifecycleMessage(
  experiment: ExperimentKey,
  word: string,
  note: z.infer<typeof PublishNote>,
): Changing | undefined {
  if (word === "publish") return { type: "publish", experiment, ...given(note) };
  if (word === "archive") return { type: "archive_experiment", experiment };
  if (word === "new-phase") return { type: "new_phase", experiment };
  const action = LifecycleAction.safeParse(word);
  return action.success ? { type: "lifecycle", experiment, action: action.data } : undefined;
}

export async function listVersions(room: Room, call: Call): Promise<Answer> {
  const environment = inPath(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const asked = numberedPageAsked(call.head.query);
  if (!asked.ok) return call.problem(asked.failure);
  const { limit, after: before } = asked.value;
  // Newest first, so the next page holds smaller versions.
  const message = { type: "list_versions", limit, ...(before === undefined ? {} : { before }) };
  const actor = environmentActor(environment.value);
  const page = await ask<Page<PublishedVersion>>(room, call, actor, message);
  return answer(call, page, (value) => jsonAnswer(200, pageShown(value)));
}

export const inPath = (room: Room, call: Call): Outcome<EnvironmentKey> =>
  environmentOf(call.principal, room.directory, call.params[0]);

type Changing = Extract<
  EnvironmentMessage,
  { type: "publish" | "rollback" | "lifecycle" | "archive_experiment" | "new_phase" }
>;

async function make(
  room: Room,
  call: Call,
  environment: Outcome<EnvironmentKey>,
  message: Changing,
): Promise<Answer> {
  if (!environment.ok) return call.problem(environment.failure);
  if (room.directory.environment(environment.value) === undefined)
    return answer(call, fail({ code: "environment_not_found", environment: environment.value }));
  const expected = expectedVersion(call);
  if (!expected.ok) return call.problem(expected.failure);
  const { value: expectedVersionNow } = expected;
  // Only making and repeating versions can be asked of a state that the author saw.
  const guarded =
    expectedVersionNow !== undefined && (message.type === "publish" || message.type === "rollback")
      ? { ...message, expectedVersion: expectedVersionNow }
      : message;
  const actor = environmentActor(environment.value);
  const receipt = await ask<PublishReceipt | PublishPreview>(room, call, actor, guarded);
  return answer(call, receipt, (value) =>
    jsonAnswer(200, value, value.etag === undefined ? [] : [["etag", `"${value.etag}"`]]),
  );
}

/** What was said, without members that were not. */
const given = ({
  note,
  dryRun: isDry,
}: z.infer<typeof PublishNote>): { note?: string; dryRun?: boolean } => ({
  ...(note === undefined ? {} : { note }),
  ...(isDry === undefined ? {} : { dryRun: isDry }),
});
