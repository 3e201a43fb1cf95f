import { connect, type Socket } from "node:net";
import type { Heard, ListenerOrder, Opened } from "./listener-orders.ts";
import { machineMs } from "./machine-clock.ts";
import { SseReader } from "./sse-reader.ts";

// Many clients of one stream in a process of their own. A clock is read when an event has come whole.

/** Connecting this many at a time: what is measured is what follows. */
const openingMax = 50;
const pollMs = 5;

class Listeners {
  readonly #open = new Set<Socket>();
  readonly #atMs = new Map<number, number[]>();
  #bytes = 0;

  async open({ port, request, count }: Extract<ListenerOrder, { kind: "open" }>): Promise<Opened> {
    for (let opened = 0; opened < count; opened += openingMax) {
      const batch = Array.from({ length: Math.min(openingMax, count - opened) }, () =>
        this.#connect(port, request),
      );
      await Promise.all(batch);
    }
    this.#bytes = 0;
    return { open: this.#open.size };
  }

  async heard({ id, msMax }: Extract<ListenerOrder, { kind: "await" }>): Promise<Heard> {
    const deadline = machineMs() + msMax;
    while ((this.#atMs.get(id)?.length ?? 0) < this.#open.size && machineMs() < deadline)
      await new Promise((resolve) => setTimeout(resolve, pollMs));
    const heard = { atMs: this.#atMs.get(id) ?? [], bytes: this.#bytes, open: this.#open.size };
    this.#bytes = 0;
    this.#atMs.clear();
    return heard;
  }

  close(): Opened {
    for (const socket of this.#open) socket.destroy();
    this.#open.clear();
    this.#atMs.clear();
    return { open: 0 };
  }

  /** Resolves with the stream's first event, or its end. */
  #connect(port: number, request: string): Promise<void> {
    return new Promise((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => socket.write(request));
      const reader = new SseReader((id) => {
        resolve();
        if (id !== undefined) this.#note(id);
      });
      socket.on("data", (chunk) => {
        this.#bytes += chunk.length;
        reader.read(chunk);
      });
      socket.on("error", () => undefined); // "close" follows
      socket.on("close", () => {
        this.#open.delete(socket);
        resolve();
      });
      this.#open.add(socket);
    });
  }

  #note(id: number): void {
    const times = this.#atMs.get(id);
    if (times === undefined) this.#atMs.set(id, [machineMs()]);
    else times.push(machineMs());
  }
}

const listeners = new Listeners();

function follow(order: ListenerOrder): Opened | Promise<Opened | Heard> {
  switch (order.kind) {
    case "open":
      return listeners.open(order);
    case "await":
      return listeners.heard(order);
    case "close":
      return listeners.close();
  }
}

process.on(
  "message",
  (order: ListenerOrder) => void Promise.resolve(follow(order)).then((answer) => process.send?.(answer)),
);
process.on("disconnect", () => process.exit(0));
