import { fail } from "../../../protocols/errors.ts";
import type { Reply } from "../../../protocols/errors.ts";
import type { Messaging } from "../../ports/connection.ts";
import { storePlace } from "../world/store.ts";
import type { Subscription } from "../world/store.ts";
import type { Wire } from "./rpc.ts";

type AnyReply = Reply<unknown, { code: string }>;

const retryAfterMs = 100;
/** Who serves goes on after this, also when the server has not confirmed. */
const registerMsMax = 1_000;

const noResponders = JSON.stringify(fail({ code: "unavailable", reason: "no_responders", retryAfterMs }));

/** Core messaging through the simulated server: every subscriber gets a copy, the first answer counts. */
export function simulatedMessaging(wire: Wire): Messaging {
  const { world, network, store, process } = wire;
  const { scheduler } = world;

  /** To everybody who listens, through servers that stand between any two places that are not cut from each other. */
  const send = (subject: string, payload: string, respond: (reply: string) => void): void => {
    scheduler.after(network.delayMs(), () =>
      store.execute(false, () => {
        const subscribers = store.subscribersOf(subject);
        if (subscribers.length === 0) return scheduler.after(network.delayMs(), () => respond(noResponders));
        for (const { process: to, receive } of subscribers) {
          const back = (reply: string): void =>
            network.send(to.name, process.name, "reply", () => respond(reply));
          network.send(process.name, to.name, "request", () =>
            to.deliver(() => receive(payload, subject, back)),
          );
        }
      }),
    );
  };

  const listen = async (
    subject: string,
    queue: string | undefined,
    receive: Subscription["receive"],
  ): Promise<() => Promise<void>> => {
    let listening = true;
    const subscription: Subscription = {
      pattern: subject.split("."),
      queue,
      process,
      receive: (...message) => {
        if (listening) receive(...message);
      },
    };
    await new Promise<void>((resolve) => {
      scheduler.after(registerMsMax, () => process.deliver(resolve));
      network.sendSurely(process.name, storePlace, () => {
        if (process.alive && listening) store.subscriptions.add(subscription);
        scheduler.after(network.delayMs(), () => process.deliver(resolve));
      });
    });
    return async () => {
      listening = false;
      network.sendSurely(process.name, storePlace, () => store.subscriptions.delete(subscription));
    };
  };

  return {
    request: <Value>(subject: string, payload: unknown, { timeoutMs }: { readonly timeoutMs: number }) =>
      new Promise<Reply<Value, { code: string }>>((resolve) => {
        const late = scheduler.after(timeoutMs, () =>
          process.deliver(() => resolve(fail({ code: "deadline_exceeded", afterMs: timeoutMs }))),
        );
        send(subject, textOf(payload), (reply) =>
          process.deliver(() => {
            late();
            resolve(JSON.parse(reply) as Reply<Value, { code: string }>);
          }),
        );
      }),
    serve: (subject, handler, options = {}) =>
      listen(subject, options.queue, (payload, to, respond) => {
        void safely(() => handler(JSON.parse(payload), to), wire).then((reply) => respond(textOf(reply)));
      }),
    publish: (subject, payload) => send(subject, textOf(payload), () => {}),
    subscribe: (subject, listener) =>
      listen(subject, undefined, (payload, to) => listener(JSON.parse(payload), to)),
  };
}

const textOf = (payload: unknown): string => JSON.stringify(payload) ?? "null";

/** A handler that throws is a defect of whoever serves; a simulation shows it. */
async function safely(handle: () => Promise<AnyReply>, { world, process }: Wire): Promise<AnyReply> {
  try {
    return await handle();
  } catch (error) {
    world.violation(`a message handler of ${process.name} threw: ${String(error)}`);
    return fail({ code: "internal", reference: "simulated" });
  }
}
