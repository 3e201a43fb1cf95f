import type { ReplayReport } from "../../protocols/actor-operations.ts";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import { emptyRestored, restoredFrom } from "../entity/envelope.ts";
import type { AnyBehaviour } from "../entity/envelope.ts";
import { journalSubject } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import type { Snapshots } from "../ports/snapshots.ts";
import { excerptOf } from "./excerpt.ts";
import { firstDifference } from "./first-difference.ts";
import type { HeldState } from "../hosting/activation.ts";
import { readAside } from "./read-aside.ts";
import type { AsideTools } from "./read-aside.ts";
import { digestOf } from "./state-digest.ts";

// An entity's state made again from the first commit of its journal, and held against the state that somebody already
// has: the live actor's, or else the one that its snapshot leads to. What differs is a defect: a handler that is not
// pure, a snapshot that is not what it was made from, or memory that nobody should have touched.

/** For all of it. */
export const replayMsMax = 20_000;
const shownBytesMax = 2_000;

export interface ReplayTools extends AsideTools {
  readonly snapshots: Pick<Snapshots, "load">;
}

export async function replayEntity(
  behaviour: AnyBehaviour,
  address: Address,
  { to, held }: { readonly to: number | undefined; readonly held: HeldState | undefined },
  tools: ReplayTools,
): Promise<Reply<ReplayReport, RuntimeFailure>> {
  const beganMs = tools.clock.monotonicMs();
  const leftMs = (): number => beganMs + replayMsMax - tools.clock.monotonicMs();
  const tail = await tools.journal.tail(journalSubject(address));
  if (tail === undefined) return fail({ code: "unknown_key", ...address });
  const upTo = Math.min(to ?? held?.position ?? tail.sequence, tail.sequence);
  const start = emptyRestored(behaviour, address.key);
  const aside = await readAside(behaviour, address, { start, upTo, msMax: leftMs() }, tools);
  const { envelope, position } = aside.restored;
  const other = aside.finished
    ? await comparableState(behaviour, address, { held, position: position.sequence, msMax: leftMs() }, tools)
    : undefined;
  const report = {
    ...address,
    position: position.sequence,
    commits: aside.commits,
    events: envelope.events,
    digest: digestOf(envelope.state),
  };
  const compared =
    other === undefined
      ? { verdict: aside.finished ? ("computed" as const) : ("unfinished" as const) }
      : { against: other.against, ...comparison(envelope.state, report.digest, other.state) };
  return succeed({ ...report, ...compared, tookMs: tools.clock.monotonicMs() - beganMs });
}

type Comparable = { readonly against: "live" | "snapshot"; readonly state: unknown };

/** A state at the same position that was not made by this replay. */
async function comparableState(
  behaviour: AnyBehaviour,
  address: Address,
  { held, position, msMax }: { held: HeldState | undefined; position: number; msMax: number },
  tools: ReplayTools,
): Promise<Comparable | undefined> {
  if (held?.position === position) return { against: "live", state: held.state };
  const snapshot = await tools.snapshots.load(address, behaviour.version);
  const start = snapshot === undefined ? undefined : restoredFrom(behaviour, snapshot);
  if (start === undefined || start.position.sequence > position) return undefined;
  const aside = await readAside(behaviour, address, { start, upTo: position, msMax }, tools);
  return aside.finished ? { against: "snapshot", state: aside.restored.envelope.state } : undefined;
}

function comparison(
  recomputed: unknown,
  digest: string,
  other: unknown,
): Pick<ReplayReport, "verdict" | "otherDigest" | "difference"> {
  const otherDigest = digestOf(other);
  if (otherDigest === digest) return { verdict: "equal", otherDigest };
  const found = firstDifference(recomputed, other);
  if (found === undefined) return { verdict: "different", otherDigest };
  const { path, one, other: theirs } = found;
  const shown = (value: unknown) => excerptOf(value, shownBytesMax).value;
  return {
    verdict: "different",
    otherDigest,
    difference: { path, recomputed: shown(one), other: shown(theirs) },
  };
}
