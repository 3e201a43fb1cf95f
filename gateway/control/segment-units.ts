import { z } from "zod";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import { defaultUnitType, Key, UnitType, type EnvironmentKey } from "../../protocols/ids.ts";
import {
  unitLists,
  unitsPerMessageMax,
  type UnitPage,
  type UploadReceipt,
} from "../../protocols/segment-units.ts";
import type { Call, Room } from "../call.ts";
import { jsonAnswer, type Answer } from "../http.ts";
import { parseValue } from "../json-body.ts";
import { inSlices } from "../slices.ts";
import { answer, ask, environmentActor, scopeOf } from "./ask.ts";
import { inEnvironment, keyOf } from "./entities.ts";
import { numberedPageAsked, pageShown } from "./page.ts";
import { textsOf, unitSteps, type RawKeys } from "./unit-input.ts";

// Long unit lists of segments: sent piece by piece under the name of an upload that a PUT of the segment then names, and
// read page by page.

const List = z.enum(unitLists).default("included");
const Asked = z.object({
  upload: Key,
  list: List,
  /** Place in the list of the first unit of this piece: where the receipt of the one before ended. */
  from: z.coerce.number().int().min(0).default(0),
  /** What the body holds. Raw keys become pseudonyms here and go no further. */
  as: z.enum(["keys", "unitIds"]).default("keys"),
  unitType: UnitType.default(defaultUnitType),
});
type Asked = z.infer<typeof Asked>;

/** A page of 1 000 ids is 25 kB; the longest, 500 kB, half of what an actor may answer. */
const pageLimits = { limitDefault: 1_000, limitMax: unitsPerMessageMax };

/** `POST /v1/segments/{key}/units`: the next piece. One that is sent again changes nothing. */
export async function appendUnits(room: Room, call: Call, body: string): Promise<Answer> {
  const place = placeOf(room, call);
  if (!place.ok) return call.problem(place.failure);
  const asked = parseValue(Asked, queryOf(call));
  if (!asked.ok) return call.problem(asked.failure);
  const texts = textsOf(call.head.header("content-type"), body);
  if (!texts.ok) return call.problem(texts.failure);
  const rawKeys = rawKeysOf(room, place.value.environment, asked.value);
  if (!rawKeys.ok) return call.problem(rawKeys.failure);
  const units = await inSlices(unitSteps(texts.value, rawKeys.value), room.clock);
  if (!units.ok) return call.problem(units.failure);
  if (units.value.length === 0)
    return call.problem({ code: "invalid_request", issues: [{ path: "", message: "holds no unit" }] });
  const { upload, list, from } = asked.value;
  const { environment, segment } = place.value;
  const message = { type: "append_units", segment, list, upload };
  let receipt: Outcome<UploadReceipt> = succeed({ upload, count: from });
  // A body may hold more than a message.
  for (let at = 0; at < units.value.length; at += unitsPerMessageMax) {
    const piece = { from: from + at, units: units.value.slice(at, at + unitsPerMessageMax) };
    receipt = await ask<UploadReceipt>(
      room,
      call,
      environmentActor(environment),
      { ...message, ...piece },
      at,
    );
    if (!receipt.ok) break;
  }
  return answer(call, receipt);
}

/** `GET /v1/segments/{key}/units`: some of a draft's list. */
export async function getUnits(room: Room, call: Call): Promise<Answer> {
  const key = keyOf(call);
  if (!key.ok) return call.problem(key.failure);
  const list = parseValue(List, queryOf(call)["list"]);
  if (!list.ok) return call.problem(list.failure);
  const asked = numberedPageAsked(call.head.query, pageLimits);
  if (!asked.ok) return call.problem(asked.failure);
  const { limit, after: from = 0 } = asked.value;
  const message = { type: "get_units", segment: key.value, list: list.value, from, limit };
  const page = await inEnvironment<UnitPage>(room, call, message);
  return answer(call, page, ({ units: items, total, next }) =>
    jsonAnswer(200, { total, ...pageShown({ items, ...(next === undefined ? {} : { next }) }) }),
  );
}

const queryOf = (call: Call): Record<string, string> =>
  Object.fromEntries(new URLSearchParams(call.head.query));

function placeOf(
  room: Room,
  call: Call,
): Outcome<{ readonly environment: EnvironmentKey; readonly segment: string }> {
  const key = keyOf(call);
  if (!key.ok) return key;
  const environment = scopeOf(room, call);
  return environment.ok ? succeed({ environment: environment.value, segment: key.value }) : environment;
}

/** The salt of the pseudonyms comes with the first plan. */
function rawKeysOf(room: Room, environment: EnvironmentKey, { as, unitType }: Asked): Outcome<RawKeys> {
  if (as === "unitIds") return succeed(undefined);
  const salt = room.plans.get(environment)?.units.salt;
  return salt === undefined ? fail({ code: "nothing_published", environment }) : succeed({ salt, unitType });
}
