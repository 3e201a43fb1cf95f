import { Buffer } from "node:buffer";
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { fail } from "../../protocols/errors.ts";
import type { Reply } from "../../protocols/errors.ts";
import type { Messaging } from "../ports/connection.ts";
import type { Log } from "../ports/log.ts";
import type { Random } from "../ports/random.ts";
import type { NoAnswer, ReplyInbox } from "./reply-inbox.ts";

/** Not TextEncoder: its results have memory of their own, which takes ten times as long for a short text. */
const encode = (payload: unknown): Uint8Array => Buffer.from(JSON.stringify(payload) ?? "null");
const decoder = new TextDecoder();
const decode = ({ data }: Msg): unknown => (data.length === 0 ? undefined : JSON.parse(decoder.decode(data)));

/** How long a caller should wait before it tries again after "nobody there": a hand-over takes about this. */
const retryAfterMs = 100;
const noResponders = 503;

export interface MessagingTools {
  readonly answers: ReplyInbox;
  readonly log: Log;
  readonly random: Random;
}

/** JSON over core NATS. Failures use the codes of RuntimeFailure. */
export function natsMessaging(connection: NatsConnection, tools: MessagingTools): Messaging {
  const { answers } = tools;
  const bytesMax = (): number => connection.info?.max_payload ?? 1_048_576;
  return {
    request: <Value>(subject: string, payload: unknown, { timeoutMs }: { readonly timeoutMs: number }) => {
      const data = encode(payload);
      if (data.length > bytesMax()) {
        const issues = [{ path: "", message: "larger than the server's limit" }];
        return Promise.resolve(fail({ code: "invalid_message", issues }));
      }
      // Nothing is sent that nobody would answer: whoever asks again does so when the connection is back.
      if (connection.isClosed() || connection.isDraining() || !answers.connected)
        return Promise.resolve(unavailable("disconnected"));
      return new Promise<Reply<Value, { code: string }>>((resolve) => {
        const reply = answers.expect(subject, timeoutMs, (answer) =>
          resolve(replyOf(answer, timeoutMs, subject, tools) as Reply<Value, { code: string }>),
        );
        connection.publish(subject, data, { reply });
      });
    },
    serve: async (subject, handler, options = {}) => {
      const answer = async (message: Msg): Promise<void> => {
        let reply: Reply<unknown, { code: string }>;
        try {
          reply = await handler(decode(message), message.subject);
        } catch (error) {
          reply = defect("handler_failed", { subject: message.subject, error }, tools);
        }
        if (message.reply === undefined || message.reply === "") return;
        const bytes = encode(reply);
        if (bytes.length <= bytesMax()) return void message.respond(bytes);
        const facts = { subject: message.subject, bytes: bytes.length, bytesMax: bytesMax() };
        message.respond(encode(defect("reply_too_large", facts, tools)));
      };
      const subscription = connection.subscribe(subject, {
        ...(options.queue === undefined ? {} : { queue: options.queue }),
        callback: (error, message) => {
          if (error === null) void answer(message).catch(ignoreClosed);
          else tools.log.error("serve_failed", { subject, error });
        },
      });
      await connection.flush().catch(ignoreClosed); // from here on the server knows of us; a reconnect repeats it
      // What the server sends before it knows that we left is answered too: dropped, its sender would wait for nothing.
      return async () => {
        if (connection.isClosed() || !answers.connected) subscription.unsubscribe();
        else await subscription.drain().catch(ignoreClosed);
      };
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

const unavailable = (reason: string) => fail({ code: "unavailable", reason, retryAfterMs } as const);

function replyOf(answer: Msg | NoAnswer, timeoutMs: number, subject: string, tools: MessagingTools): Reply {
  if (answer === "not_permitted") return unavailable(answer);
  // Also when the connection went away: what was sent may have been handled.
  if (typeof answer === "string") return fail({ code: "deadline_exceeded", afterMs: timeoutMs });
  if (answer.data.length === 0 && answer.headers?.code === noResponders) return unavailable("no_responders");
  try {
    return decode(answer) as Reply;
  } catch (error) {
    return defect("answer_unreadable", { subject, error }, tools);
  }
}

/** The caller gets a reference, the log the rest. */
function defect(event: string, facts: Readonly<Record<string, unknown>>, { log, random }: MessagingTools) {
  const reference = random.hex(8);
  log.error(event, { ...facts, reference });
  return fail({ code: "internal", reference } as const);
}

/** The connection went away: whoever asked learns it from the missing answer. */
const ignoreClosed = (): void => {};
