import { createHash } from "node:crypto";
import { z } from "zod";
import type { DirectStreamAPI, JetStreamManager } from "@nats-io/jetstream";
import { assert } from "../../protocols/assert.ts";
import type { EpochMs } from "../../protocols/time.ts";
import type { Address } from "../messaging/address.ts";
import { addressText, snapshotSubject } from "../messaging/address.ts";
import type { Clock } from "../ports/clock.ts";
import { snapshotChunkBytes, snapshotChunksInFlightMax, snapshotChunksMax } from "../limits.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import { isAccepted, isNewer, isOfVersion } from "../ports/snapshots.ts";
import type { Snapshot, SnapshotChoice, Snapshots } from "../ports/snapshots.ts";
import type { AcknowledgedPublisher } from "./acknowledged-publisher.ts";

// State in chunks of 1 MB on subjects of its own, then one manifest that names this snapshot and the one before. A crash
// between the two leaves chunks that no manifest names; the next save removes them. Five times as fast as the object
// store, whose digest is made in script.
//   N1. A manifest is written only after every chunk it names is acknowledged, and only over the one we read.
//   N2. Bytes are used only when their length and digest are the manifest's.
//   N3. A manifest that cannot be read is none: a snapshot is a cache, so nothing waits for a repair.

const Entry = z.object({
  id: z.string(),
  version: z.number().int(),
  position: z.number().int(),
  time: z.number().int().optional(),
  covered: z.number().int().optional(),
  chunks: z.number().int(),
  sha256: z.string(),
});
type Entry = z.infer<typeof Entry>;
/** Newest first. */
const Manifest = z.object({ snapshots: z.array(Entry).max(2) });

const attemptTimeoutMs = 5_000;
const attemptsMax = 3;
const readRetryMs = 100;

export interface SnapshotTools {
  readonly publisher: AcknowledgedPublisher;
  readonly manager: JetStreamManager;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

export function natsSnapshots(stream: string, tools: SnapshotTools): Snapshots {
  const { manager, random, log } = tools;

  const readManifest = async (
    subject: string,
  ): Promise<{ revision: number; snapshots: readonly Entry[] }> => {
    const found = await manager.streams.getMessage(stream, { last_by_subj: `${subject}.manifest` });
    if (found === null) return { revision: 0, snapshots: [] };
    const parsed = Manifest.safeParse(jsonOf(found.string())); // N3
    if (!parsed.success) log.warn("snapshot_manifest_unreadable", { subject });
    return { revision: found.seq, snapshots: parsed.data?.snapshots ?? [] };
  };

  const save = async (address: Address, snapshot: Snapshot): Promise<void> => {
    const { bytes, ...about } = snapshot;
    const { version, position } = about;
    const subject = snapshotSubject(address);
    const { revision, snapshots } = await readManifest(subject);
    const newest = snapshots[0];
    if (newest !== undefined && newest.version === version && !isNewer(snapshot, newest)) return;
    const chunks = Math.ceil(bytes.length / snapshotChunkBytes);
    assert(chunks <= snapshotChunksMax, `${addressText(address)} has a state of ${bytes.length} bytes`);
    const id = random.hex(8);
    const hash = createHash("sha256");
    await inWindows(chunks, async (index) => {
      const chunk = bytes.subarray(index * snapshotChunkBytes, (index + 1) * snapshotChunkBytes);
      hash.update(chunk); // in order: the lanes begin their chunks one after the other
      await publishUntilStored(tools, `${subject}.${id}.${index}`, chunk);
    });
    const entry: Entry = { id, ...about, chunks, sha256: hash.digest("hex") };
    const kept = [entry, ...snapshots.slice(0, 1)];
    const manifest = new TextEncoder().encode(JSON.stringify({ snapshots: kept }));
    const outcome = await tools.publisher.publish(`${subject}.manifest`, manifest, {
      expectedSequence: revision,
      timeoutMs: attemptTimeoutMs,
    });
    if (outcome.kind !== "stored") {
      log.warn("snapshot_not_kept", { actor: addressText(address), position, outcome }); // a newer owner's stands
      return;
    }
    await removeUnnamed(manager, stream, subject, new Set(kept.map(({ id }) => id)));
  };

  const load = async (
    address: Address,
    version: number,
    choice: SnapshotChoice = {},
  ): Promise<Snapshot | undefined> => {
    const subject = snapshotSubject(address);
    const actor = addressText(address);
    const { snapshots } = await readManifest(subject);
    for (const entry of snapshots) {
      const { position, time, covered } = entry;
      if (!isOfVersion(entry, version, choice)) {
        log.warn("snapshot_of_other_version", { actor, position, version: entry.version });
        continue;
      }
      const bytes = await readChunks(tools, stream, `${subject}.${entry.id}`, entry);
      if (bytes === undefined) {
        log.warn("snapshot_corrupt", { actor, position });
        choice.rejected?.("corrupt", position);
        continue;
      }
      const snapshot: Snapshot = {
        version,
        position,
        ...(time === undefined ? {} : { time: time as EpochMs }),
        ...(covered === undefined ? {} : { covered }),
        bytes,
      };
      if (isAccepted(snapshot, choice)) return snapshot;
    }
    return undefined;
  };

  return { save, load };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function inWindows(count: number, work: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: Math.min(count, snapshotChunksInFlightMax) }, lane));
}

/** The same chunk twice is harmless: its subject keeps one. */
async function publishUntilStored(
  { publisher, clock }: SnapshotTools,
  subject: string,
  data: Uint8Array,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const outcome = await publisher.publish(subject, data, { timeoutMs: attemptTimeoutMs });
    if (outcome.kind === "stored") return;
    const closed = outcome.kind === "unknown" && outcome.reason === "closed";
    if (closed || attempt === attemptsMax)
      throw new Error(`a snapshot chunk was not stored: ${JSON.stringify(outcome)}`);
    await clock.sleep(readRetryMs * attempt);
  }
}

/** Undefined when a chunk is missing or the bytes are not those that were written (N2). */
async function readChunks(
  { manager, clock }: SnapshotTools,
  stream: string,
  prefix: string,
  { chunks: count, sha256 }: Entry,
): Promise<Uint8Array | undefined> {
  const chunks: Uint8Array[] = [];
  let missing = false;
  await inWindows(count, async (index) => {
    const chunk = await readChunk(manager.direct, clock, stream, `${prefix}.${index}`);
    if (chunk === undefined) missing = true;
    else chunks[index] = chunk;
  });
  if (missing) return undefined;
  const hash = createHash("sha256");
  for (const chunk of chunks) {
    hash.update(chunk);
    await clock.turn(); // 50 MB at once would stop everybody else for 50 ms
  }
  return hash.digest("hex") === sha256 ? Buffer.concat(chunks) : undefined;
}

/** Direct reads spare the server base64, but may come from a replica that has not got the chunk yet. */
async function readChunk(direct: DirectStreamAPI, clock: Clock, stream: string, subject: string) {
  for (let attempt = 1; attempt <= attemptsMax; attempt++) {
    const found = await direct.getMessage(stream, { last_by_subj: subject });
    if (found !== null) return found.data;
    await clock.sleep(readRetryMs * attempt);
  }
  return undefined;
}

async function removeUnnamed(
  manager: JetStreamManager,
  stream: string,
  subject: string,
  named: ReadonlySet<string>,
): Promise<void> {
  const { state } = await manager.streams.info(stream, { subjects_filter: `${subject}.*.*` });
  const ids = new Set(Object.keys(state.subjects ?? {}).map((chunk) => chunk.split(".").at(-2) ?? ""));
  for (const id of ids) {
    if (!named.has(id)) await manager.streams.purge(stream, { filter: `${subject}.${id}.*` });
  }
}
