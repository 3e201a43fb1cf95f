import type { AppendOutcome, StreamMessage, StreamReader, StreamWriter } from "../../ports/connection.ts";
import { matches } from "../world/store.ts";
import type { SimulatedStream } from "../world/stream.ts";
import { openFeed } from "./feed.ts";
import { askStore } from "./rpc.ts";
import type { Wire } from "./rpc.ts";

const appendTimeoutMs = 5_000;
const readTimeoutMs = 2_000;

/** Which stream takes a subject: as the installation says. */
export const streamOfSubject = (subject: string): string =>
  ({ log: "CONTROL", events: "EVENTS", dead: "DEAD" })[subject.split(".", 1)[0] ?? ""] ?? "OTHER";

export function simulatedWriter(wire: Wire): StreamWriter {
  const { world, store, process } = wire;
  let inFlightBytes = 0;
  return {
    get inFlightBytes() {
      return inFlightBytes;
    },
    append: async (subject, data, options = {}): Promise<AppendOutcome> => {
      const { messageId, timeoutMs = appendTimeoutMs } = options;
      const stream = store.stream(streamOfSubject(subject));
      const work = (): AppendOutcome => {
        if (world.weather.full) {
          world.count("full");
          return { kind: "full" };
        }
        const outcome = stream.append(subject, data, messageId === undefined ? {} : { messageId });
        world.trace("store", `${process.name} publishes ${messageId ?? "?"} to ${subject}`);
        return outcome.kind === "stored" ? outcome : { kind: "unavailable", reason: "conflict" };
      };
      inFlightBytes += data.length;
      try {
        return await askStore(wire, work, { timeoutMs, writes: true, what: `publish ${subject}` });
      } catch {
        return { kind: "unavailable", reason: "timeout" };
      } finally {
        inFlightBytes -= data.length;
      }
    },
  };
}

const since = (stream: SimulatedStream, subject: string, position: number): readonly StreamMessage[] => {
  const after = Math.max(position, stream.firstSequence - 1);
  return subject.includes(">") || subject.includes("*")
    ? stream.messages.filter(
        (message) => message.sequence > after && matches(subject.split("."), message.subject.split(".")),
      )
    : stream.of(subject).filter(({ sequence }) => sequence > after);
};

export function simulatedReader(wire: Wire): StreamReader {
  const { store } = wire;
  const ask = <Value>(work: () => Value, what: string): Promise<Value> =>
    askStore(wire, work, { timeoutMs: readTimeoutMs, writes: false, what });
  const lastSequence = (stream: string, subject: string): Promise<number> =>
    ask(() => since(store.stream(stream), subject, 0).at(-1)?.sequence ?? 0, `last of ${subject}`);

  async function* readRange({ stream, subject, from, to }: Parameters<StreamReader["readRange"]>[0]) {
    const messages = await ask(() => since(store.stream(stream), subject, from - 1), `range of ${subject}`);
    for (const message of messages) if (message.sequence <= to) yield message;
  }

  return {
    lastSequence,
    readRange,
    bounds: (stream) =>
      ask(() => {
        const { firstSequence: first, lastSequence: last } = store.stream(stream);
        return { first, last };
      }, `bounds of ${stream}`),
    follow: async ({ stream: name, subject, after }, handler) => {
      const stream = store.stream(name);
      const source = {
        since: (position: number) => since(stream, subject, position),
        positionOf: ({ sequence }: StreamMessage) => sequence,
        listen: (listener: () => void) => stream.listen(listener),
      };
      return openFeed(wire, source, after, handler);
    },
  };
}
