import { STATUS_CODES } from "node:http";
import uws from "uWebSockets.js";
import type { HttpRequest, HttpResponse, us_listen_socket, us_socket } from "uWebSockets.js";
import { fail, succeed, type Reply } from "../protocols/errors.ts";
import { milliseconds } from "../protocols/time.ts";
import type { Clock } from "../runtime/index.ts";
import { CopiedHead } from "./copied-head.ts";
import { headerLines, type Answer, type Dispatcher, type Handling, type KnownRoute } from "./http.ts";
import { openStream } from "./response-stream.ts";

// HTTP on uWebSockets.js; the only file that imports it.
//   H1. `req` dies when its callback returns: whatever may be needed later is copied before that.
//   H2. `res` dies when the client leaves: nothing touches it once `aborted` or `done` is set. The library is told whom
//       to tell only when something outlasts its callback (`#outlast`); most answers are given within it.
//   H3. A body is refused at its bound while it streams; no more than the bound is ever held.
//   H4. Within the library's callbacks all that is written leaves at once anyway. Outside, `cork` makes it so.

export interface ServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** False lets several processes share the port (SO_REUSEPORT); true fails when anybody has it. */
  readonly exclusive: boolean;
  readonly bodyBytesMax: number;
  /** A body must have come within this time. */
  readonly bodyMsMax: number;
}

export interface HttpServer {
  readonly port: number;
  readonly inFlight: number;
  /** Refuses new connections, lets running answers finish for up to `msMax`, then cuts what is left. */
  close(msMax: number): Promise<void>;
}

/** Exchange between the callback that reads and the one that answers. */
interface Exchange {
  readonly res: HttpResponse;
  readonly isHead: boolean;
  readonly handling: Handling;
  /** The client left (H2). */
  aborted: boolean;
  done: boolean;
  /** It outlasts the callback it came with: counted in `inFlight`, and watched. */
  counted: boolean;
  /** Aborted when the body is here or not wanted any more; ends its timer. */
  waitsForBody: AbortController | undefined;
}

const noBytes = Buffer.alloc(0);

/** Above this an answer is sent in pieces as the socket drains, instead of being copied into its buffer at once. */
const wholeAnswerBytesMax = 65_536;

/** LIBUS_LISTEN_EXCLUSIVE_PORT: no SO_REUSEPORT. Spelled out because the library's types hold it in a const enum. */
const exclusivePort = 1;

/** The library insists on being told whom to tell. One for all: whatever waits for nothing needs no closure of its own. */
const nothing = (): void => undefined;

const statusLines = new Map<number, string>(
  Object.entries(STATUS_CODES).map(([code, text]) => [Number(code), `${code} ${text ?? ""}`]),
);

/** The library's names of the methods. */
const registration = { GET: "get", POST: "post", PUT: "put", PATCH: "patch", DELETE: "del" } as const;

class Server {
  readonly #options: ServerOptions;
  readonly #dispatcher: Dispatcher;
  readonly #clock: Clock;
  inFlight = 0;
  closing = false;

  constructor(options: ServerOptions, dispatcher: Dispatcher, clock: Clock) {
    this.#options = options;
    this.#dispatcher = dispatcher;
    this.#clock = clock;
  }

  receive(res: HttpResponse, req: HttpRequest, known?: KnownRoute): void {
    const head = new CopiedHead(req, res, known);
    const handling = (known ?? this.#dispatcher).begin(head);
    head.release(handling.keepsHead);
    const { action } = handling;
    const isHead = head.method === "HEAD";
    const exchange: Exchange = {
      res,
      isHead,
      handling,
      aborted: false,
      done: false,
      counted: false,
      waitsForBody: undefined,
    };
    if (action.kind === "stream") {
      this.#writeHead(exchange, 200, action.headers);
      action.open(openStream(res));
      handling.settled(200);
      return;
    }
    res.onAborted(nothing);
    if (action.kind === "answer") this.#respond(exchange, action.answer);
    else if (head.method === "GET" || isHead) this.#run(exchange, noBytes);
    else this.#readBody(exchange);
  }

  #readBody(exchange: Exchange): void {
    const { bodyBytesMax, bodyMsMax } = this.#options;
    const { res, handling } = exchange;
    let chunks: Buffer[] | undefined;
    let size = 0;
    res.onData((chunk, isLast) => {
      if (exchange.done || exchange.aborted) return; // refused already: the rest is only drained
      size += chunk.byteLength;
      if (size > bodyBytesMax) {
        chunks = undefined; // H3
        this.#respond(exchange, handling.refuse("body_too_large"));
        return;
      }
      if (isLast) {
        exchange.waitsForBody?.abort();
        return this.#run(
          exchange,
          chunks === undefined ? chunk : Buffer.concat([...chunks, Buffer.from(chunk)]),
        );
      }
      if (chunks === undefined) {
        chunks = [];
        this.#outlast(exchange);
        // Most bodies come in one piece, so only those that do not pay for a timer.
        const { signal } = (exchange.waitsForBody = new AbortController());
        void this.#clock.sleep(bodyMsMax, signal).then(() => {
          if (!signal.aborted) this.#respondLater(exchange, handling.refuse("body_too_slow"));
        });
      }
      chunks.push(Buffer.from(chunk.slice(0)));
    });
  }

  #run(exchange: Exchange, body: Buffer | ArrayBuffer): void {
    let answer: Answer | Promise<Answer>;
    try {
      answer = exchange.handling.run(body);
    } catch (error) {
      answer = exchange.handling.refuse("internal", error);
    }
    if (!(answer instanceof Promise)) return this.#respond(exchange, answer);
    this.#outlast(exchange);
    answer.then(
      (value) => this.#respondLater(exchange, value),
      (error: unknown) => this.#respondLater(exchange, exchange.handling.refuse("internal", error)),
    );
  }

  /** H4 */
  #respondLater(exchange: Exchange, answer: Answer): void {
    if (!exchange.aborted && !exchange.done) exchange.res.cork(() => this.#respond(exchange, answer));
  }

  #respond(exchange: Exchange, answer: Answer): void {
    if (exchange.aborted || exchange.done) return; // H2
    exchange.done = true;
    this.#uncount(exchange);
    const { res } = exchange;
    const { status, body } = answer;
    this.#writeHead(exchange, status, answer.headers);
    if (exchange.isHead) res.endWithoutBody(Buffer.byteLength(body), this.closing);
    else if (status === 204 || status === 304) res.endWithoutBody(undefined, this.closing);
    else if (typeof body === "string" || body.byteLength <= wholeAnswerBytesMax) res.end(body, this.closing);
    else sendInPieces(exchange, body);
    exchange.handling.settled(status);
  }

  /** All headers go as one value: each that the library is given costs as much as reading one. */
  #writeHead({ res, handling }: Exchange, status: number, headers: Answer["headers"]): void {
    if (status !== 200) res.writeStatus(statusLines.get(status) ?? String(status));
    const { requestId, limitLines, extras } = handling;
    const others = extras.length === 0 ? headerLines(headers) : headerLines(extras) + headerLines(headers);
    res.writeHeader("x-request-id", requestId + limitLines + others);
  }

  #outlast(exchange: Exchange): void {
    if (exchange.counted) return;
    exchange.counted = true;
    this.inFlight++;
    exchange.res.onAborted(() => {
      exchange.aborted = true;
      this.#uncount(exchange);
    });
  }

  #uncount(exchange: Exchange): void {
    if (!exchange.counted) return;
    exchange.counted = false;
    exchange.waitsForBody?.abort();
    this.inFlight--;
  }
}

/** A slow reader of a large answer holds its position, not a copy of the body. */
function sendInPieces(exchange: Exchange, body: Uint8Array): void {
  const { res } = exchange;
  const total = body.byteLength;
  res.onAborted(() => (exchange.aborted = true));
  if (res.tryEnd(body, total)[1]) return;
  res.onWritable((offset) => {
    if (exchange.aborted) return true;
    return res.tryEnd(body.subarray(offset), total)[0];
  });
}

type PortTaken = { code: "port_taken"; host: string; port: number };

/** Starts listening. The failure is for the operator: another program has the port, or the host is not ours. */
export function openServer(
  options: ServerOptions,
  dispatcher: Dispatcher,
  clock: Clock,
): Promise<Reply<HttpServer, PortTaken>> {
  const server = new Server(options, dispatcher, clock);
  const app = uws.App();
  for (const known of dispatcher.knownRoutes)
    app[registration[known.method]](known.path, (res, req) => server.receive(res, req, known));
  app.any("/*", (res, req) => server.receive(res, req));
  // The library takes (host, port, options, callback), but its types know only three of the four.
  const listen = app.listen.bind(app) as unknown as (
    host: string,
    port: number,
    listenOptions: number,
    callback: (socket: us_listen_socket | false) => void,
  ) => void;
  return new Promise((resolve) => {
    listen(options.host, options.port, options.exclusive ? exclusivePort : 0, (socket) => {
      if (socket === false)
        return resolve(fail({ code: "port_taken", host: options.host, port: options.port }));
      const port = uws.us_socket_local_port(socket as us_socket);
      const close = async (msMax: number): Promise<void> => {
        if (server.closing) return;
        server.closing = true;
        uws.us_listen_socket_close(socket);
        const deadline = clock.monotonicMs() + msMax;
        while (server.inFlight > 0 && clock.monotonicMs() < deadline) await clock.sleep(milliseconds(5));
        app.close();
      };
      resolve(
        succeed({
          port,
          get inFlight() {
            return server.inFlight;
          },
          close,
        }),
      );
    });
  });
}
