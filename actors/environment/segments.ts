import type { HandleContext } from "../../runtime/index.ts";
import { succeed } from "../../protocols/errors.ts";
import type { Failure } from "../../protocols/failures.ts";
import {
  unitLists,
  unitsPerListMax,
  type UnitListName,
  type UnitPage,
  type UploadReceipt,
} from "../../protocols/segment-units.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { isRemoved } from "./history.ts";
import { own } from "./own.ts";
import { notFound } from "./not-found.ts";
import { put } from "./put.ts";
import type { EnvironmentState } from "./state.ts";
import { answer, refuse, type EnvironmentStep, type MessageOf } from "./step.ts";
import { slice, uploadIdleMs, uploadsMax, type Upload } from "./unit-lists.ts";

/** Takes a piece of a list that a put will name. */
export function appendUnits(
  state: EnvironmentState,
  { segment, list, upload: name, from, units }: MessageOf<"append_units">,
  { at }: HandleContext,
): EnvironmentStep {
  const upload = own(state.uploads, name);
  const failure = uploadFailure(state, upload, { segment, list, name });
  if (failure !== undefined) return refuse(failure);
  const before = upload?.count ?? 0;
  if (from > before) return refuse({ code: "upload_gap", upload: name, count: before });
  if (from < before) return answer({ upload: name, count: before } satisfies UploadReceipt); // sent again
  const count = before + units.length;
  if (count > unitsPerListMax) return refuse({ code: "too_many", what: "units", max: unitsPerListMax });
  const idle = { set: "uploads", at: (at + uploadIdleMs) as EpochMs, message: { type: "due" } };
  const text = units.join("");
  return {
    events: [{ kind: "units_appended", segment, list, upload: name, units: text, count: units.length }],
    reply: succeed({ upload: name, count } satisfies UploadReceipt),
    timers: [idle],
  };
}

function uploadFailure(
  { uploads, lists }: EnvironmentState,
  upload: Upload | undefined,
  { segment, list, name }: { segment: string; list: UnitListName; name: string },
): Failure | undefined {
  if (Object.hasOwn(lists, name)) return { code: "already_exists", what: "upload", key: name };
  if (upload === undefined)
    return Object.keys(uploads).length < uploadsMax
      ? undefined
      : { code: "too_many", what: "uploads under way", max: uploadsMax };
  return upload.segment === segment && upload.list === list
    ? undefined
    : { code: "already_exists", what: "upload", key: name };
}

export function putSegment(
  state: EnvironmentState,
  message: MessageOf<"put_segment">,
  context: HandleContext,
): EnvironmentStep {
  const { segment, expectedVersion } = message;
  const lists: Partial<Record<UnitListName, string>> = {};
  for (const list of unitLists) {
    const named = listNamed(state, message, list);
    if (!named.ok) return refuse(named.failure);
    if (named.name !== undefined) lists[list] = named.name;
  }
  const naming = Object.keys(lists).length === 0 ? {} : { lists };
  return put(state, { collection: "segments", entity: segment, ...naming }, expectedVersion, context);
}

type Named =
  | { readonly ok: true; readonly name: string | undefined }
  | { readonly ok: false; readonly failure: Failure };

/** The long list that a put means, if it means one. */
function listNamed(
  { histories, uploads }: EnvironmentState,
  message: MessageOf<"put_segment">,
  list: UnitListName,
): Named {
  const { segment, [list]: source } = message;
  const refused = (text: string): Named => ({
    ok: false,
    failure: { code: "invalid_request", issues: [{ path: list, message: text }] },
  });
  const history = own(histories.segments, segment.key);
  const newest = history === undefined || isRemoved(history) ? undefined : history.revisions.at(-1);
  const present = newest?.lists?.[list];
  const inline = segment[list].length;
  if (source !== undefined && inline > 0) return refused("give the units or say where they are, not both");
  if (source === undefined) {
    if (present === undefined || inline > 0) return { ok: true, name: undefined };
    return refused(`the segment holds a long list: say "kept", "none" or the name of an upload`);
  }
  if (source === "none") return { ok: true, name: undefined };
  if (source === "kept") {
    if (present === undefined && (newest?.entity[list].length ?? 0) > 0)
      return refused("the segment's list is short: give its units");
    return { ok: true, name: present };
  }
  const upload = own(uploads, source.upload);
  return upload?.segment === segment.key && upload.list === list
    ? { ok: true, name: source.upload }
    : { ok: false, failure: { code: "upload_not_found", upload: source.upload } };
}

/** Some units of a draft's list, in the order in which they were given. */
export function unitsOf(
  { histories, lists }: EnvironmentState,
  { segment, list, from, limit }: MessageOf<"get_units">,
): EnvironmentStep {
  const history = own(histories.segments, segment);
  const newest = history === undefined || isRemoved(history) ? undefined : history.revisions.at(-1);
  if (newest === undefined) return refuse(notFound("segments", segment));
  const name = newest.lists?.[list];
  const long = name === undefined ? undefined : own(lists, name);
  const total = long?.count ?? newest.entity[list].length;
  const units = long === undefined ? newest.entity[list].slice(from, from + limit) : slice(long, from, limit);
  const next = from + units.length;
  return answer({ total, units, ...(next < total ? { next } : {}) } satisfies UnitPage);
}
