import { connect, type Socket } from "node:net";

export interface Answered {
  readonly ok: boolean;
  readonly dueMs: number;
  /** Head and body as they came; empty when the connection ended instead. */
  readonly text: string;
}

/** One socket, kept alive, with one request at a time on it. A new one takes its place when the server ends it. */
export class Lane {
  readonly #port: number;
  readonly #onAnswer: (lane: Lane, answered: Answered) => void;
  #socket: Socket;
  #received = "";
  /** Of the request that waits for its answer. */
  #dueMs: number | undefined;
  #isClosed = false;

  constructor(port: number, onAnswer: (lane: Lane, answered: Answered) => void) {
    this.#port = port;
    this.#onAnswer = onAnswer;
    this.#socket = this.#connect();
  }

  ask(request: Buffer, dueMs: number): void {
    this.#dueMs = dueMs;
    this.#socket.write(request);
  }

  close(): void {
    this.#isClosed = true;
    this.#socket.destroy();
  }

  #connect(): Socket {
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true });
    socket.on("data", (chunk) => this.#read(chunk));
    socket.on("error", () => undefined); // "close" follows
    socket.on("close", () => this.#ended());
    return socket;
  }

  #ended(): void {
    if (this.#isClosed) return;
    this.#socket = this.#connect();
    this.#answer(false, "");
  }

  #read(chunk: Buffer): void {
    const text = this.#received + chunk.toString("latin1");
    const headEnd = text.indexOf("\r\n\r\n");
    // Our servers write it so; a search without regard to case costs as much as a bare server's whole answer.
    const lengthAt = text.indexOf("Content-Length: ");
    const length = Number.parseInt(text.slice(lengthAt + 16, lengthAt + 26));
    if (headEnd >= 0 && text.length >= headEnd + 4 + length)
      this.#answer(text.startsWith("HTTP/1.1 20"), text);
    else this.#received = text;
  }

  #answer(ok: boolean, text: string): void {
    const dueMs = this.#dueMs;
    this.#received = "";
    this.#dueMs = undefined;
    if (dueMs !== undefined) this.#onAnswer(this, { ok, dueMs, text });
  }
}
