import { fail } from "../../protocols/errors.ts";
import type { Reply, RuntimeFailure } from "../../protocols/errors.ts";
import { noTracer } from "../observability/tracing.ts";
import type { Tracer } from "../observability/tracing.ts";
import { commandSubject, shardCountDefault } from "./address.ts";
import type { Address } from "./address.ts";
import { Backoff } from "../backoff.ts";
import { systemClock } from "../ports/clock.ts";
import type { Clock } from "../ports/clock.ts";
import { isMoved } from "./command.ts";
import type { Command, TellOrigin } from "./command.ts";
import type { Connection } from "../ports/connection.ts";
import { systemRandom } from "../ports/random.ts";
import type { Random } from "../ports/random.ts";

export interface AskOptions {
  /** Who asks: it stands in the journal. */
  readonly by: string;
  readonly timeoutMs: number;
  /** Command id. The same id is the same command, however often it is sent; a new one when absent. */
  readonly id?: string;
  /** Version of the message; 1 when absent. */
  readonly version?: number;
  /** The effect of an actor that this is: its receiver counts it once. */
  readonly from?: TellOrigin;
  /** W3C trace context to continue. */
  readonly trace?: string | undefined;
}

export interface ActorClient {
  /** Asks an actor, wherever it lives. Repeats under one command id until there is an answer or the time is over. */
  ask<Value, Failed = never>(
    address: Address,
    message: unknown,
    options: AskOptions,
  ): Promise<Reply<Value, Failed | RuntimeFailure>>;
  /** Sends one way: at most once, nobody waits, nobody learns what became of it. */
  tell(
    address: Address,
    message: unknown,
    options: Pick<AskOptions, "by" | "id" | "version" | "trace">,
  ): void;
}

/** One attempt's share: a request that was lost with its server is noticed after this. */
const attemptMsMax = 1_500;
/** A last attempt with less would only blur "nobody there" into "no answer in time". */
const attemptMsMin = 10;
/** A hand-over takes some tens of milliseconds: whoever waits for it should not add as much again. */
const pauseMsMax = 50;

export function openClient(
  connection: Pick<Connection, "messaging">,
  options: {
    readonly clock?: Clock;
    readonly random?: Random;
    readonly shardCount?: number;
    readonly tracer?: Tracer;
  } = {},
): ActorClient {
  const { clock = systemClock, random = systemRandom, shardCount = shardCountDefault } = options;
  const { tracer = noTracer } = options;
  const commandOf = (
    message: unknown,
    { by, id = random.hex(12), version, from, trace }: Omit<AskOptions, "timeoutMs">,
  ): Command => ({
    id,
    by,
    message,
    ...(version === undefined ? {} : { v: version }),
    ...(from === undefined ? {} : { from }),
    ...(trace === undefined ? {} : { trace }),
  });

  const ask = async (
    subject: string,
    command: Command,
    timeoutMs: number,
  ): Promise<Reply<unknown, unknown>> => {
    const deadlineMs = clock.monotonicMs() + timeoutMs;
    const backoff = new Backoff(random, { baseMs: 10, maxMs: pauseMsMax });
    let asked = false;
    let sent = false; // some attempt may have reached an actor
    let reason = "no_responders";
    for (;;) {
      const leftMs = deadlineMs - clock.monotonicMs();
      if (leftMs <= 0 || (asked && leftMs < attemptMsMin)) {
        return sent
          ? fail({ code: "deadline_exceeded", afterMs: timeoutMs })
          : fail({ code: "unavailable", reason, retryAfterMs: pauseMsMax });
      }
      asked = true;
      const reply = await connection.messaging.request(subject, command, {
        timeoutMs: Math.min(leftMs, attemptMsMax),
      });
      if (reply.ok) return reply;
      const failure = reply.failure as RuntimeFailure;
      if (failure.code === "deadline_exceeded") sent = true;
      else if (failure.code === "unavailable") reason = failure.reason;
      else if (isMoved(reply)) sent = true;
      else return reply;
      await clock.sleep(Math.min(backoff.nextMs(), Math.max(0, deadlineMs - clock.monotonicMs())));
    }
  };

  return {
    ask: async <Value, Failed>(address: Address, message: unknown, options: AskOptions) => {
      const span = tracer.span(`ask ${address.kind}`, { parent: options.trace });
      const command = commandOf(message, { ...options, trace: span.context ?? options.trace });
      const reply = await ask(commandSubject(address, shardCount), command, options.timeoutMs);
      span.end(reply.ok ? undefined : (reply.failure as RuntimeFailure).code);
      return reply as Reply<Value, Failed | RuntimeFailure>;
    },
    tell: (address, message, options) => {
      connection.messaging.publish(commandSubject(address, shardCount), commandOf(message, options));
    },
  };
}
