// Every bound of the runtime, with its arithmetic. A bound that is hit is answered, never hidden.

/** At 2 ms a step the last command of a full mailbox waits 256 ms: a small part of an ask's deadline. */
export const mailboxLengthMax = 128;
/** What a refused caller is told to wait: half of a full mailbox. */
export const mailboxRetryAfterMs = 128;

/** One step's events: below the server's default message limit of 1 MiB, with room for what surrounds them. */
export const stepBytesMax = 960_000;
/** Steps are grouped up to this; JetStream behaves best far below its limit. */
export const groupBytesMax = 256 * 1024;
/** Steps of one group commit: as many as a full mailbox holds. */
export const commitStepsMax = 128;
/** Command ids remembered per actor: at 100 commands a second, ten seconds of client retries. */
export const rememberedCommandsMax = 1_024;

/** Long enough that a person's session keeps its actors warm. */
export const idleMsDefault = 10 * 60_000;

/** Effects waiting behind a slow one; beyond, commands are refused until it is done. */
export const effectsWaitingMax = 1_024;
/** Attempts of one effect, with full jitter up to 30 s: about ten minutes in all, longer than a cluster is ever away. */
export const effectAttemptsMax = 48;

/** Snapshot chunk: below the server's default message limit of 1 MiB, with room for headers. */
export const snapshotChunkBytes = 1_000_000;
/** Chunks in flight at once: 8 MB, so that a snapshot does not starve the connection. */
export const snapshotChunksInFlightMax = 8;
/** Largest state we keep: 1,000 chunks = 1 GB. */
export const snapshotChunksMax = 1_000;

/** Bytes a reader may have asked for and not handled. The server drops a connection at 64 MB pending. */
export const readerBytesInFlightDefault = 4 * 1024 * 1024;
/** Messages of one pull; small ones reach it before the bytes. */
export const pullMessagesMax = 4_096;
/** Bytes sent and not acknowledged; beyond, appends are refused at once. Half of what the server tolerates pending. */
export const writerBytesInFlightMax = 32 * 1024 * 1024;

/** Default lease time on one node; clusters need about 10 s, the time a stream takes to elect a leader. */
export const leaseTtlMsDefault = 3_000;
/** Leader reads of an unchanged beat, spread over the TTL, before its host counts as dead. */
export const beatReadsMin = 5;
/** Shards taken, opened or handed over at the same time. */
export const shardMovesInFlightMax = 8;
/** Failures of one actor within the window, without a commit between them, before it is parked. */
export const restartsInWindowMax = 8;
export const restartWindowMs = 60_000;
/** Actors that told one actor something and are remembered: some 100 bytes each. */
export const rememberedSendersMax = 10_000;
/** Live actors of one shard: 128,000 in a process that owns all 64. */
export const activationsPerShardMax = 2_000;
/** A sleep until an instant is never longer, so that a machine's clock that jumps ahead is noticed. */
export const sleepUntilMsMax = 30_000;
