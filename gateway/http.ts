import type { Route } from "../protocols/routes.ts";

// One HTTP exchange as the rest of the gateway sees it. server.ts makes these on uWebSockets.js and nobody else
// knows that library.

/** The head of a request, copied while it could still be read. */
export interface RequestHead {
  readonly method: string;
  /** As it came: still percent-encoded. */
  readonly path: string;
  /** Without the question mark; empty when there is none. */
  readonly query: string;
  /** The peer's address as text. */
  readonly address: string;
  /** Lower-case name; empty when the client did not send it. After `begin` only if the handling keeps the head. */
  header(name: string): string;
}

export interface Answer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string | Uint8Array;
}

/** A response that goes on. Every method is safe after the client has left. */
export interface ResponseStream {
  readonly closed: boolean;
  /** False when the socket is full: send nothing more until `onDrain` called. */
  write(chunk: string): boolean;
  onDrain(listener: () => void): void;
  onClose(listener: () => void): void;
  /** Ends politely. */
  end(): void;
  /** Cuts the connection, whatever is still buffered for it. */
  destroy(): void;
}

export type Action =
  | { readonly kind: "answer"; readonly answer: Answer }
  /** Read the body, and `run` the handling with it. */
  | { readonly kind: "run" }
  | {
      readonly kind: "stream";
      readonly headers: Answer["headers"];
      readonly open: (stream: ResponseStream) => void;
    };

/** What to do with a request, decided from its head alone, before its body is read. */
export interface Handling {
  readonly action: Action;
  /** Written, with the two below, before the answer's own headers, whatever the answer will be. */
  readonly requestId: string;
  /** As `headerLines` makes them. */
  readonly limitLines: string;
  /** For other origins, and what the route has to say of its unit. */
  readonly extras: Answer["headers"];
  /** False when nothing reads a header after `begin`: copying them is a good part of a quick route's time. */
  readonly keepsHead: boolean;
  /** The bytes are the server's: whoever needs them after an await copies them. A body of one piece comes as it came. */
  run(body: Buffer | ArrayBuffer): Answer | Promise<Answer>;
  refuse(why: "body_too_large" | "body_too_slow" | "internal", error?: unknown): Answer;
  /** Told the status that was sent; not called when the client left first. */
  settled(status: number): void;
}

/** A route whose path is always the same text. */
export interface KnownRoute extends Pick<Route, "method" | "path"> {
  /** Must not throw. */
  begin(head: RequestHead): Handling;
}

export interface Dispatcher {
  /** Registered with the server one by one: nobody then reads method and path of each request, or looks for its route. */
  readonly knownRoutes: readonly KnownRoute[];
  /** Must not throw. */
  begin(head: RequestHead): Handling;
}

/** Headers as they go over the wire, each begun by the end of the line before. */
export function headerLines(headers: Answer["headers"]): string {
  let lines = "";
  for (const [name, value] of headers) lines += `\r\n${name}: ${value}`;
  return lines;
}

export const jsonType = ["content-type", "application/json; charset=utf-8"] as const;

export const jsonAnswer = (status: number, value: unknown, headers: Answer["headers"] = []): Answer => ({
  status,
  headers: [jsonType, ...headers],
  body: JSON.stringify(value),
});

export const emptyAnswer = (status: number, headers: Answer["headers"] = []): Answer => ({
  status,
  headers,
  body: "",
});

/** One decoded member of the query; undefined when absent or not decodable. */
export function queryValue(query: string, name: string): string | undefined {
  return query === "" ? undefined : (new URLSearchParams(query).get(name) ?? undefined);
}
