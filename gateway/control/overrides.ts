import { z } from "zod";
import { overridesPerMessageMax, type EnvironmentMessage } from "../../protocols/environment-messages.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { EnvironmentKey, UnitId } from "../../protocols/ids.ts";
import type { Override } from "../../protocols/layer.ts";
import { OverrideInput } from "../../protocols/override-input.ts";
import type { OverrideReceipt } from "../../protocols/publish-receipt.ts";
import type { Call, Room } from "../call.ts";
import { isObject } from "../evaluate/request.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseJson, parseValue } from "../json-body.ts";
import { answer, ask, environmentActor, expectedVersion, scopeOf } from "./ask.ts";
import { overrides as collection } from "./collections.ts";
import { keyOf, parseKeyed } from "./entities.ts";

// Overrides reach people at once: putting or removing one makes a version, and the answer is its receipt.

const Several = z.strictObject({ overrides: z.array(OverrideInput).min(1).max(overridesPerMessageMax) });

/** POST: one that must not exist yet, or `{overrides: […]}`, which replaces those that do. */
export async function createOverrides(room: Room, call: Call, body: string): Promise<Answer> {
  const json = parseJson(body);
  if (!json.ok) return call.problem(json.failure);
  if (isObject(json.value) && "overrides" in json.value) {
    const several = parseValue(Several, json.value);
    if (!several.ok) return call.problem(several.failure);
    return change(room, call, 201, several.value.overrides, (all) => ({
      type: "put_overrides",
      overrides: all,
    }));
  }
  const one = parseValue(OverrideInput, json.value);
  if (!one.ok) return call.problem(one.failure);
  return change(room, call, 201, [one.value], ([override]) => collection.put(override as Override, 0));
}

export async function putOverride(room: Room, call: Call, body: string): Promise<Answer> {
  const expected = expectedVersion(call);
  if (!expected.ok) return call.problem(expected.failure);
  const json = parseJson(body);
  if (!json.ok) return call.problem(json.failure);
  const one = parseKeyed(OverrideInput, json.value, call.params[0]);
  if (!one.ok) return call.problem(one.failure);
  return change(room, call, 200, [one.value], ([override]) =>
    collection.put(override as Override, expected.value),
  );
}

export async function removeOverride(room: Room, call: Call): Promise<Answer> {
  const key = keyOf(call);
  if (!key.ok) return call.problem(key.failure);
  const expected = expectedVersion(call);
  if (!expected.ok) return call.problem(expected.failure);
  return change(room, call, 200, [], () => collection.remove(key.value, expected.value));
}

async function change(
  room: Room,
  call: Call,
  status: number,
  inputs: readonly OverrideInput[],
  message: (made: Override[]) => EnvironmentMessage,
): Promise<Answer> {
  const environment = scopeOf(room, call);
  if (!environment.ok) return call.problem(environment.failure);
  const made: Override[] = [];
  for (const input of inputs) {
    const override = overrideOf(input, room, environment.value);
    if (!override.ok) return call.problem(override.failure);
    made.push(override.value);
  }
  const receipt = await ask<OverrideReceipt>(room, call, environmentActor(environment.value), message(made));
  return answer(call, receipt, (value) => jsonAnswer(status, value, [["etag", `"${value.etag}"`]]));
}

/** Raw keys end here. The salt of the pseudonyms comes with the first plan. */
function overrideOf(input: OverrideInput, room: Room, environment: EnvironmentKey): Outcome<Override> {
  const { unit, userId, sessionId, ...others } = input;
  if (unit !== undefined) return succeed({ ...others, unit });
  const units = room.plans.get(environment)?.units;
  if (units === undefined) return fail({ code: "nothing_published", environment });
  const named: UnitId = userId === undefined ? units.ofType("session", sessionId ?? "") : units.of(userId);
  return succeed({ ...others, unit: named });
}
