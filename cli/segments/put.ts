import type { Segment } from "../../protocols/flag.ts";
import { routes } from "../../protocols/routes.ts";
import { unitsShownMax, type SegmentView, type UnitListName } from "../../protocols/segment-units.ts";
import type { Api } from "../api.ts";
import { CliFailure } from "../failure.ts";
import { fill } from "../replay/scratch.ts";

/** Somebody edits the segment at the same time: each time the edit is made again on top of theirs. */
const triesMax = 5;

export interface SegmentPlace {
  readonly environment: string;
  readonly segment: string;
  readonly signal: AbortSignal;
}

/** Undefined when there is none. */
export async function readSegment(api: Api, place: SegmentPlace): Promise<SegmentView | undefined> {
  const { environment, segment, signal } = place;
  const { method, path } = routes.segment;
  const at = fill(path, { key: segment });
  const answer = await api.ask<SegmentView>(method, at, { query: { env: environment }, signal });
  if (answer.ok) return answer.value;
  if (answer.code === "segment_not_found") return undefined;
  throw new CliFailure(answer.code, `segment ${segment} cannot be read: ${answer.message}`);
}

/** Names the upload in the segment, which keeps all else, or makes the segment. */
export async function putUpload(
  api: Api,
  place: SegmentPlace,
  { list, upload }: { readonly list: UnitListName; readonly upload: string },
): Promise<SegmentView> {
  const { environment, segment, signal } = place;
  const { method, path } = routes.putSegment;
  for (let tries = 1; ; tries++) {
    const present = await readSegment(api, place);
    const body = { ...(present === undefined ? { key: segment } : keeping(present)), [list]: { upload } };
    const answer = await api.ask<SegmentView>(method, fill(path, { key: segment }), {
      body,
      query: { env: environment },
      headers: { "if-match": `"${present?.version ?? 0}"` },
      signal,
    });
    if (answer.ok) return answer.value;
    const faster = answer.code === "version_conflict" || answer.code === "already_exists";
    if (!faster || tries === triesMax)
      throw new CliFailure(answer.code, `segment ${segment} could not be put: ${answer.message}`);
  }
}

/** The segment as a put that changes nothing would have it. */
function keeping({ entity, units }: SegmentView): Record<keyof Segment, unknown> {
  const listed = (list: UnitListName): unknown => (units[list] > unitsShownMax ? "kept" : entity[list]);
  return { name: undefined, ...entity, included: listed("included"), excluded: listed("excluded") };
}
