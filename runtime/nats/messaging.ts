import { InvalidArgumentError, RequestError, TimeoutError } from "@nats-io/transport-node";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { fail } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Messaging } from "../ports/connection.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const encode = (payload: unknown): Uint8Array => encoder.encode(JSON.stringify(payload) ?? "null");
const decode = (message: Msg): unknown =>
  message.data.length === 0 ? undefined : JSON.parse(decoder.decode(message.data));

/** How long a caller should wait before it tries again after "nobody there": a hand-over takes about this. */
const retryAfterMs = 100;

/** JSON over core NATS. Failures use the codes of RuntimeFailure. */
export function natsMessaging(
  connection: NatsConnection,
  tools: { readonly log: Log; readonly random: Random },
): Messaging {
  return {
    request: async <Value>(
      subject: string,
      payload: unknown,
      { timeoutMs }: { readonly timeoutMs: number },
    ) => {
      try {
        const answer = await connection.request(subject, encode(payload), {
          timeout: Math.max(1, Math.ceil(timeoutMs)),
        });
        return decode(answer) as Reply<Value, { code: string }>;
      } catch (error) {
        return requestFailure(error, timeoutMs);
      }
    },
    serve: async (subject, handler, options = {}) => {
      const answer = async (message: Msg): Promise<void> => {
        const reply = await safely(() => handler(decode(message), message.subject), message.subject, tools);
        if (message.reply === undefined || message.reply === "") return;
        const bytes = encode(reply);
        const bytesMax = connection.info?.max_payload ?? 1_048_576;
        if (bytes.length <= bytesMax) return void message.respond(bytes);
        const reference = tools.random.hex(8);
        tools.log.error("reply_too_large", {
          subject: message.subject,
          bytes: bytes.length,
          bytesMax,
          reference,
        });
        message.respond(encode(fail({ code: "internal", reference })));
      };
      const subscription = connection.subscribe(subject, {
        ...(options.queue === undefined ? {} : { queue: options.queue }),
        callback: (error, message) => {
          if (error === null) void answer(message).catch(ignoreClosed);
          else tools.log.error("serve_failed", { subject, error });
        },
      });
      await connection.flush().catch(ignoreClosed); // from here on the server knows of us; a reconnect repeats it
      return async () => subscription.unsubscribe();
    },
    publish: (subject, payload) => {
      if (!connection.isClosed()) connection.publish(subject, encode(payload));
    },
    subscribe: async (subject, listener) => {
      const subscription = connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) return tools.log.error("subscription_failed", { subject, error });
          try {
            listener(decode(message), message.subject);
          } catch (error_) {
            tools.log.error("listener_failed", { subject: message.subject, error: error_ });
          }
        },
      });
      await connection.flush().catch(ignoreClosed);
      return async () => subscription.unsubscribe();
    },
  };
}

function requestFailure(error: unknown, timeoutMs: number) {
  if (error instanceof TimeoutError) return fail({ code: "deadline_exceeded", afterMs: timeoutMs });
  if (error instanceof InvalidArgumentError) {
    return fail({
      code: "invalid_message",
      issues: [{ path: "", message: "larger than the server's limit" }],
    });
  }
  const nobody = error instanceof RequestError && error.isNoResponders();
  return fail({ code: "unavailable", reason: nobody ? "no_responders" : "disconnected", retryAfterMs });
}

/** A handler that throws is a defect; the caller gets a reference, the log the rest. */
async function safely(
  handle: () => Promise<Reply<unknown, { code: string }>>,
  subject: string,
  { log, random }: { readonly log: Log; readonly random: Random },
): Promise<Reply<unknown, { code: string }>> {
  try {
    return await handle();
  } catch (error) {
    const reference = random.hex(8);
    log.error("handler_failed", { subject, reference, error });
    return fail({ code: "internal", reference });
  }
}

/** The connection went away: whoever asked learns it from the missing answer. */
const ignoreClosed = (): void => {};
