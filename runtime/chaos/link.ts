import { once } from "node:events";
import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import type { Clock } from "../ports/clock.ts";

// One line of the network: a TCP proxy before a server, which can do to its traffic what networks do.
//   N1. Bytes of a connection are passed whole and in order, or the connection ends: TCP promises no less.
//   N2. What was held is passed later: a packet that was sent before a fault may arrive after it.

/** `cut`: connections end, new ones are refused. `held`: nobody hears anything, nobody is told. */
export type Condition =
  | { readonly kind: "sound" }
  | { readonly kind: "cut" }
  | { readonly kind: "held" }
  | { readonly kind: "slow"; readonly delayMs: number };

export interface Link {
  /** Where callers connect. */
  readonly port: number;
  /** Where it leads; a server that is started again may listen elsewhere. */
  leadTo(port: number): void;
  become(condition: Condition): void;
  close(): Promise<void>;
}

export async function openLink(clock: Pick<Clock, "sleep">): Promise<Link> {
  let condition: Condition = { kind: "sound" };
  let target: number | undefined;
  let changed = Promise.withResolvers<void>();
  const sockets = new Set<Socket>();

  /** Resolves when bytes may go on (N2). */
  const passage = async (): Promise<void> => {
    while (condition.kind === "held") await changed.promise;
    if (condition.kind === "slow") await clock.sleep(condition.delayMs);
  };
  const known = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy()); // the other side learns it from the end of its own connection
    return socket;
  };
  const carry = async (from: Socket, to: Socket): Promise<void> => {
    try {
      for await (const bytes of from) {
        await passage();
        if (to.destroyed) break;
        if (!to.write(bytes as Uint8Array)) await writable(to);
      }
    } catch {
      // N1: a connection that broke on one side breaks on the other.
    }
    from.destroy();
    to.destroySoon();
  };
  const accept = async (caller: Socket): Promise<void> => {
    known(caller);
    await passage();
    if (condition.kind === "cut" || target === undefined || caller.destroyed) return void caller.destroy();
    const called = known(connect(target, "127.0.0.1"));
    await Promise.all([carry(caller, called), carry(called, caller)]);
  };

  const server = createServer((caller) => void accept(caller));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    leadTo: (port) => {
      target = port;
    },
    become: (next) => {
      condition = next;
      changed.resolve();
      changed = Promise.withResolvers();
      if (next.kind === "cut") for (const socket of sockets) socket.destroy();
    },
    close: async () => {
      condition = { kind: "cut" };
      changed.resolve();
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

async function writable(socket: Socket): Promise<void> {
  const waiting = new AbortController(); // takes both listeners away
  await Promise.race(["drain", "close"].map((event) => once(socket, event, { signal: waiting.signal })));
  waiting.abort();
}
