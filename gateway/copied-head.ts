import type { KnownRoute, RequestHead } from "./http.ts";

// H1 of server.ts: the library's request dies when its callback returns, so whatever may be needed later is copied.

/** What is read of the library's request object. */
interface ReadRequest {
  getCaseSensitiveMethod(): string;
  getUrl(): string;
  getQuery(): string | undefined;
  getHeader(name: string): string;
  forEach(each: (name: string, value: string) => void): void;
}

interface Peer {
  getRemoteAddressAsText(): ArrayBuffer;
}

const decoder = new TextDecoder();

/** Reads on demand: the library makes a string of all that is asked for, so a quick route asks for little. */
export class CopiedHead implements RequestHead {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly #peer: Peer;
  #req: ReadRequest | undefined;
  #headers: Map<string, string> | undefined;
  #address: string | undefined;

  constructor(req: ReadRequest, peer: Peer, known: KnownRoute | undefined) {
    this.method = known?.method ?? req.getCaseSensitiveMethod();
    this.path = known?.path ?? req.getUrl();
    this.query = req.getQuery() ?? ""; // its types promise a text where it has none
    this.#peer = peer;
    this.#req = req;
  }

  header(name: string): string {
    return this.#req === undefined ? (this.#headers?.get(name) ?? "") : this.#req.getHeader(name);
  }

  /** The request is let go; its headers are kept when somebody reads them after this. */
  release(keep: boolean): void {
    if (keep) {
      const headers = new Map<string, string>();
      this.#req?.forEach((name, value) => headers.set(name, value));
      this.#headers = headers;
    }
    this.#req = undefined;
  }

  /** Only before the first await, as the socket may be gone later. */
  get address(): string {
    this.#address ??= decoder.decode(this.#peer.getRemoteAddressAsText());
    return this.#address;
  }
}
