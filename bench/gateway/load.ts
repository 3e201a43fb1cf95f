import { connect, type Socket } from "node:net";

// The load generator: a process of its own, so that it takes no time from the server. Raw sockets, kept alive, one
// request at a time on each. At a fixed rate latency counts from the moment a request was due, not from when a socket
// was free for it: otherwise a server that stalls looks quick.

export interface LoadOrder {
  readonly port: number;
  readonly request: string;
  readonly connections: number;
  readonly ms: number;
  /** Absent: as fast as answers come. */
  readonly requestsPerSecond?: number;
}

export interface LoadOutcome {
  readonly requests: number;
  readonly notOk: number;
  readonly ms: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

class Lane {
  readonly #socket: Socket;
  readonly #request: Buffer;
  readonly #onAnswer: (lane: Lane, ok: boolean, dueMs: number) => void;
  #received = "";
  #dueMs = 0;

  constructor(order: LoadOrder, onAnswer: (lane: Lane, ok: boolean, dueMs: number) => void) {
    this.#request = Buffer.from(order.request);
    this.#onAnswer = onAnswer;
    this.#socket = connect({ port: order.port, host: "127.0.0.1", noDelay: true });
    this.#socket.on("data", (chunk) => this.#read(chunk));
  }

  ask(dueMs: number): void {
    this.#dueMs = dueMs;
    this.#socket.write(this.#request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(chunk: Buffer): void {
    this.#received += chunk.toString("latin1");
    const headEnd = this.#received.indexOf("\r\n\r\n");
    if (headEnd < 0) return;
    const length = Number(/content-length: (\d+)/i.exec(this.#received)?.[1]);
    if (this.#received.length < headEnd + 4 + length) return;
    const ok = this.#received.startsWith("HTTP/1.1 200");
    this.#received = "";
    this.#onAnswer(this, ok, this.#dueMs);
  }
}

function load(order: LoadOrder): Promise<LoadOutcome> {
  return new Promise((resolve) => {
    const latencies: number[] = [];
    const idle: Lane[] = [];
    const due: number[] = [];
    let notOk = 0;
    const startMs = performance.now();
    const endMs = startMs + order.ms;
    const isFixed = order.requestsPerSecond !== undefined;
    const lanes = Array.from(
      { length: order.connections },
      () =>
        new Lane(order, (lane, ok, dueMs) => {
          const nowMs = performance.now();
          latencies.push(nowMs - dueMs);
          if (!ok) notOk++;
          if (nowMs >= endMs) return finish(nowMs);
          if (!isFixed) return lane.ask(nowMs);
          const next = due.shift();
          if (next === undefined) idle.push(lane);
          else lane.ask(next);
        }),
    );
    let finished = false;
    const finish = (nowMs: number): void => {
      if (finished) return;
      finished = true;
      for (const lane of lanes) lane.close();
      latencies.sort((a, b) => a - b);
      const at = (share: number): number =>
        latencies[Math.floor(share * (latencies.length - 1))] ?? Number.NaN;
      resolve({ requests: latencies.length, notOk, ms: nowMs - startMs, p50Ms: at(0.5), p99Ms: at(0.99) });
    };
    if (order.requestsPerSecond === undefined) for (const lane of lanes) lane.ask(performance.now());
    else {
      idle.push(...lanes);
      const everyMs = 1_000 / order.requestsPerSecond;
      let nextMs = startMs;
      const schedule = (): void => {
        for (const nowMs = performance.now(); nextMs <= nowMs; nextMs += everyMs) {
          const lane = idle.pop();
          if (lane === undefined) due.push(nextMs);
          else lane.ask(nextMs);
        }
        if (nextMs < endMs) setImmediate(schedule); // a timer's millisecond is longer than the interval
        else setTimeout(() => finish(performance.now()), 200);
      };
      schedule();
    }
  });
}

process.on("message", (order: LoadOrder) => void load(order).then((outcome) => process.send?.(outcome)));
