import { z } from "zod";
import { Json } from "./json.ts";
import { EpochMs } from "./time.ts";

// What operators ask of the hosts of actors, whatever the actors are about. Subject `ops.host.<name>`.

export const actorTypes = ["entity", "fold", "service"] as const;
export const actorStatuses = ["loading", "live", "parked", "stopped"] as const;
export const ActorStatus = z.enum(actorStatuses);
export type ActorStatus = z.infer<typeof ActorStatus>;

const ActorKind = z.string().regex(/^[a-z][a-z0-9_]{0,31}$/);
/** As long as an escaped key may be in a subject. */
const ActorKey = z.string().min(1).max(1_000);
const address = { kind: ActorKind, key: ActorKey };
export const ActorAddress = z.object(address);
const Count = z.number().int().nonnegative();

/** One page: at 300 bytes a row, 30 KB. */
export const actorsPerPageMax = 100;

export const ActorFilter = z.strictObject({
  kind: ActorKind.optional(),
  status: ActorStatus.optional(),
  /** Beginning of the key. */
  prefix: ActorKey.optional(),
  host: z.string().max(100).optional(),
});
export type ActorFilter = z.infer<typeof ActorFilter>;

/** One live actor. */
export const ActorRow = z.object({
  kind: z.string(),
  key: z.string(),
  host: z.string(),
  shard: Count,
  epoch: Count,
  status: ActorStatus,
  /** Commands accepted and not answered. */
  mailbox: Count,
  /** Last sequence of the journal or stream that its state reflects. */
  position: Count,
  effectsWaiting: Count,
  timers: Count,
  restarts: Count,
  /** Since its last command. */
  idleMs: z.number().nonnegative(),
  /** Of a fold: messages that it has still to read. */
  lag: Count.optional(),
  /** Why it is parked. */
  reason: z.string().optional(),
});
export type ActorRow = z.infer<typeof ActorRow>;

export const ActorPage = z.object({
  items: z.array(ActorRow),
  /** There are more after the last item. */
  more: z.boolean(),
});
export type ActorPage = z.infer<typeof ActorPage>;

/** A commit of a journal, without what it says. */
export const CommitSummary = z.object({
  sequence: Count,
  /** Time and author of its first step, or of the fence. */
  at: EpochMs,
  by: z.string(),
  epoch: Count,
  /** 0: a fence, or a mark of performed effects. */
  steps: Count,
  events: Count,
  effects: Count,
});
export type CommitSummary = z.infer<typeof CommitSummary>;

/** A value of any size, shown in a bounded one: long lists, long texts and deep parts are cut, with a word in their place. */
export const Excerpt = z.object({ value: Json, cut: z.boolean() });
export type Excerpt = z.infer<typeof Excerpt>;

export const ActorDetail = z.object({
  kind: z.string(),
  key: z.string(),
  type: z.enum(actorTypes),
  shard: Count,
  host: z.string(),
  /** Absent: it sleeps, and the next ask wakes it. */
  live: ActorRow.optional(),
  /** `time`, of a fold: when the last message was written that it holds. */
  snapshot: z.object({ position: Count, version: Count, bytes: Count, time: EpochMs.optional() }).optional(),
  /** Of an entity: what its journal says, read aside without waking it. */
  journal: z
    .object({
      subject: z.string(),
      first: CommitSummary,
      /** The newest commits, oldest first; of those behind the snapshot only. */
      newest: z.array(CommitSummary),
      /** Events and effects over its life. */
      events: Count,
      effects: Count,
    })
    .optional(),
  /** Of a fold: what it reads. `last` is the newest message of its subject, `first` the oldest of the stream. */
  stream: z.object({ stream: z.string(), subject: z.string(), first: Count, last: Count }).optional(),
  /** Of an entity, from its journal; of a fold, from memory, or from its snapshot while it sleeps. */
  state: Excerpt.optional(),
  /** Of a fold: the position that the state reflects. */
  statePosition: Count.optional(),
  timers: z.array(z.object({ name: z.string(), at: EpochMs, message: Excerpt })),
  /** Effects that the journal does not know as performed, oldest first; as many as fit. */
  effects: z.array(z.object({ number: Count, effect: Excerpt })),
  /** What could not be read, and why. */
  problem: z.string().optional(),
});
export type ActorDetail = z.infer<typeof ActorDetail>;

export const ReplayInput = z.strictObject({
  /** Last sequence of the journal to apply; all of it when absent. */
  to: Count.optional(),
});
export type ReplayInput = z.infer<typeof ReplayInput>;

export const ReplayReport = z.object({
  kind: z.string(),
  key: z.string(),
  /** `computed`: there was nothing at the same position to compare with. `unfinished`: the time was over before. */
  verdict: z.enum(["equal", "different", "computed", "unfinished"]),
  /** What the recomputed state was compared with. */
  against: z.enum(["live", "snapshot"]).optional(),
  /** Last sequence applied. */
  position: Count,
  /** Commits of a journal, messages of a stream. */
  commits: Count,
  events: Count,
  tookMs: z.number().nonnegative(),
  /** SHA-256 of the recomputed state, and of the other one. */
  digest: z.string(),
  otherDigest: z.string().optional(),
  /** Why there is no verdict. */
  note: z.string().optional(),
  /** First field that differs, with both values. */
  difference: z.object({ path: z.string(), recomputed: Json, other: Json }).optional(),
});
export type ReplayReport = z.infer<typeof ReplayReport>;

/** `past`: where messages are kept that the stream has forgotten. */
export const RebuildSource = z.enum(["stream", "past"]);
export type RebuildSource = z.infer<typeof RebuildSource>;

export const HostRequest = z.discriminatedUnion("type", [
  z.strictObject({
    type: z.literal("ls"),
    filter: ActorFilter,
    /** Address text of the last row seen. */
    after: z.string().optional(),
    limit: z.number().int().min(1).max(actorsPerPageMax),
  }),
  z.strictObject({ type: z.literal("show"), ...address }),
  z.strictObject({ type: z.literal("replay"), ...address, to: Count.optional() }),
  /** Of a fold: its state made again from the stream's first message, or from where the past is kept. `question` is asked
   *  of both; without `dryRun` the new one takes the live one's place. */
  z.strictObject({
    type: z.literal("rebuild"),
    ...address,
    question: Json.optional(),
    dryRun: z.boolean(),
    from: RebuildSource.optional(),
  }),
  /** How far the rebuild of a fold is, which may be given up. */
  z.strictObject({ type: z.literal("rebuilding"), ...address, cancel: z.boolean() }),
  z.strictObject({ type: z.literal("evict"), ...address }),
]);
export type HostRequest = z.infer<typeof HostRequest>;

/** Answer of a rebuild. */
export const FoldRebuilt = z.object({
  source: RebuildSource,
  position: Count,
  messages: Count,
  /** Out of the past, which was folded up to that message. */
  records: Count,
  pastUpTo: Count,
  tookMs: z.number(),
  /** What the live state answered, and what the one made again does: replies. */
  before: Json,
  after: Json,
  swapped: z.boolean(),
});
export type FoldRebuilt = z.infer<typeof FoldRebuilt>;

/** Answer to `rebuilding`. */
export const FoldRebuilding = z.object({
  running: z.boolean(),
  messages: Count,
  records: Count,
  /** Of the past, 0 to 1. */
  share: z.number(),
});
export type FoldRebuilding = z.infer<typeof FoldRebuilding>;

/** Answer of an evict: whether there was a live one. */
export const Evicted = z.object({ evicted: z.boolean() });
export type Evicted = z.infer<typeof Evicted>;

/** Answer of the list over all hosts. */
export const ActorList = z.object({
  items: z.array(ActorRow),
  next: z.string().optional(),
  hosts: z.array(
    z.object({
      name: z.string(),
      shards: Count,
      /** False: its actors are missing in this list. */
      answered: z.boolean(),
    }),
  ),
});
export type ActorList = z.infer<typeof ActorList>;
