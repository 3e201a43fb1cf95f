import { JetStreamApiError } from "@nats-io/jetstream";
import type { FollowEnd, Following, StreamMessage, StreamReader } from "../ports/connection.ts";
import type { EpochMs } from "../../protocols/time.ts";
import { readerBytesInFlightDefault } from "../limits.ts";
import { noMessageFound } from "./error-codes.ts";
import { OrderedFeed } from "./ordered-feed.ts";
import type { FeedMessage, FeedTools } from "./ordered-feed.ts";

/** A silent feed is compared with its stream this often: the longest that a lost consumer goes unnoticed. */
const watchdogMsDefault = 2_000;
/** A range is known to hold messages, so silence is a fault sooner. */
const rangeWatchdogMs = 500;

export interface NatsStreamReader extends StreamReader {
  /** As `follow`, with headers and a watchdog interval: what the key-value bucket needs besides. */
  followRaw(
    options: Parameters<StreamReader["follow"]>[0] & { readonly watchdogMs?: number },
    handler: (message: FeedMessage) => void | Promise<void>,
  ): Following;
  /** Every consumer died with its server or its leader: all feeds begin anew behind their cursors. */
  restartAll(): void;
  stopAll(): void;
}

export function streamReader(tools: FeedTools): NatsStreamReader {
  const feeds = new Set<OrderedFeed>();

  const lastSequence = async (stream: string, subject: string): Promise<number> => {
    try {
      return (await tools.manager.streams.getMessage(stream, { last_by_subj: subject }))?.seq ?? 0;
    } catch (error) {
      if (error instanceof JetStreamApiError && error.code === noMessageFound) return 0;
      throw error;
    }
  };
  // The stream's own last sequence is cheap and settles most cases; the subject's costs a message.
  const look = async (stream: string, subject: string, beyond: number) => {
    const { state } = await tools.manager.streams.info(stream);
    const ahead = state.last_seq > beyond;
    return { stream: state.last_seq, subject: ahead ? await lastSequence(stream, subject) : 0 };
  };

  const openFeed = (options: {
    readonly stream: string;
    readonly subject: string;
    readonly after: number;
    readonly bytesInFlightMax?: number;
    readonly afterTime?: EpochMs;
    readonly watchdogMs: number;
    readonly diverged?: (why: string) => void;
  }): OrderedFeed => {
    const { stream, subject } = options;
    const feed = new OrderedFeed(tools, {
      bytesInFlightMax: readerBytesInFlightDefault,
      ...options,
      look: (beyond) => look(stream, subject, beyond),
    });
    feeds.add(feed);
    return feed;
  };
  const closeFeed = (feed: OrderedFeed): void => {
    feed.stop();
    feeds.delete(feed);
  };

  const followRaw: NatsStreamReader["followRaw"] = (options, handler) => {
    const { stream, subject } = options;
    let position = options.after;
    let end: FollowEnd = "stopped";
    const diverged = (why: string): void => {
      end = "diverged";
      tools.log.error("stream_diverged", { stream, subject, after: position, why });
    };
    const feed = openFeed({ watchdogMs: watchdogMsDefault, ...options, diverged });
    const run = async (): Promise<void> => {
      for (;;) {
        const message = feed.take() ?? (await feed.next());
        if (message === undefined) return;
        const handled = handler(message);
        if (handled !== undefined) await handled; // most are done: waiting for nothing costs a turn each
        position = message.sequence;
      }
    };
    // A handler that throws is a defect of its owner; nothing may be skipped behind its back.
    const finished = run().catch((error: unknown) => {
      end = "failed";
      tools.log.error("follow_handler_failed", { stream, subject, after: position, error });
    });
    const ended = finished.then(() => {
      closeFeed(feed);
      return end;
    });
    return {
      get position() {
        return position;
      },
      get covered() {
        return Math.max(position, feed.verified);
      },
      get pending() {
        return feed.pending;
      },
      ended,
      stop: async () => {
        closeFeed(feed);
        await finished;
      },
    };
  };

  async function* readRange(
    options: Parameters<StreamReader["readRange"]>[0],
  ): AsyncGenerator<StreamMessage> {
    const { stream, subject, from, to } = options;
    const feed = openFeed({ stream, subject, after: from - 1, watchdogMs: rangeWatchdogMs });
    try {
      const end = Math.min(to, await lastSequence(stream, subject)); // asked while the feed opens
      if (end < from) return;
      for (let message = await feed.next(); message !== undefined; message = await feed.next()) {
        if (message.sequence <= to) yield message;
        if (message.sequence >= end) return;
      }
      throw new Error(`the connection closed while reading ${stream} ${subject}`);
    } finally {
      closeFeed(feed);
    }
  }

  return {
    follow: async (options, handler) => followRaw(options, handler),
    followRaw,
    lastSequence,
    bounds: async (stream) => {
      const { state, created } = await tools.manager.streams.info(stream);
      const { messages, first_seq, last_seq } = state;
      const first = messages === 0 ? last_seq + 1 : first_seq;
      return { first, last: last_seq, createdAt: Date.parse(created) as EpochMs };
    },
    readRange,
    restartAll: () => feeds.forEach((feed) => feed.restart("reconnected")),
    stopAll: () => feeds.forEach(closeFeed),
  };
}
