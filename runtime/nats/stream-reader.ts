import { JetStreamApiError } from "@nats-io/jetstream";
import type { Following, StreamMessage, StreamReader } from "../ports/connection.ts";
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
  const lastSequenceBeyond = async (stream: string, subject: string, beyond: number): Promise<number> => {
    const { state } = await tools.manager.streams.info(stream);
    if (state.last_seq < beyond) {
      tools.log.error("stream_rolled_back", { stream, lastSequence: state.last_seq, cursor: beyond });
    }
    return state.last_seq <= beyond ? state.last_seq : lastSequence(stream, subject);
  };

  const openFeed = (options: {
    readonly stream: string;
    readonly subject: string;
    readonly after: number;
    readonly bytesInFlightMax?: number;
    readonly watchdogMs: number;
  }): OrderedFeed => {
    const { stream, subject } = options;
    const feed = new OrderedFeed(tools, {
      bytesInFlightMax: readerBytesInFlightDefault,
      ...options,
      lastSequence: (beyond) => lastSequenceBeyond(stream, subject, beyond),
    });
    feeds.add(feed);
    return feed;
  };
  const closeFeed = (feed: OrderedFeed): void => {
    feed.stop();
    feeds.delete(feed);
  };

  const followRaw: NatsStreamReader["followRaw"] = (options, handler) => {
    const feed = openFeed({ watchdogMs: watchdogMsDefault, ...options });
    let position = options.after;
    const run = async (): Promise<void> => {
      for (let message = await feed.next(); message !== undefined; message = await feed.next()) {
        await handler(message);
        position = message.sequence;
      }
    };
    // A handler that throws is a defect of its owner; nothing may be skipped behind its back.
    const finished = run().catch((error: unknown) => {
      closeFeed(feed);
      tools.log.error("follow_handler_failed", {
        stream: options.stream,
        subject: options.subject,
        after: position,
        error,
      });
    });
    return {
      get position() {
        return position;
      },
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
    const last = await lastSequence(stream, subject);
    const end = Math.min(to, last);
    if (end < from) return;
    const feed = openFeed({ stream, subject, after: from - 1, watchdogMs: rangeWatchdogMs });
    try {
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
    readRange,
    restartAll: () => feeds.forEach((feed) => feed.restart("reconnected")),
    stopAll: () => feeds.forEach(closeFeed),
  };
}
