import type { AppendOutcome, StreamWriter } from "../ports/connection.ts";
import { writerBytesInFlightMax } from "../limits.ts";
import type { AcknowledgedPublisher } from "./acknowledged-publisher.ts";
import { noRoomCodes } from "./error-codes.ts";

const timeoutMsDefault = 5_000;

/** Appends that a caller repeats with the same message id until they are stored. */
export function streamWriter(publisher: AcknowledgedPublisher): StreamWriter {
  return {
    get inFlightBytes() {
      return publisher.inFlightBytes;
    },
    append: async (subject, data, options = {}): Promise<AppendOutcome> => {
      if (publisher.inFlightBytes + data.length > writerBytesInFlightMax) {
        return { kind: "unavailable", reason: "too_many_bytes_in_flight" };
      }
      const outcome = await publisher.publish(subject, data, { timeoutMs: timeoutMsDefault, ...options });
      switch (outcome.kind) {
        case "stored":
          return outcome; // also for a duplicate: the sequence is that of the first copy
        case "unknown":
          return { kind: "unavailable", reason: outcome.reason };
        case "refused":
          return noRoomCodes.has(outcome.code)
            ? { kind: "full" }
            : { kind: "unavailable", reason: `${outcome.code} ${outcome.description}` };
      }
    },
  };
}
