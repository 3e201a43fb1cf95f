import type { Random } from "../runtime/index.ts";
import type { RequestHead } from "./http.ts";

/** Sane: it goes into headers and logs, so no blanks, no control characters, no novels. */
const sane = /^[A-Za-z0-9._:/+=@-]{1,128}$/;
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** Names requests: the client's own id, else its trace's, else one of ours that no other process makes. */
export class RequestIds {
  readonly #prefix: string;
  #count = 0;

  constructor(random: Random) {
    this.#prefix = random.hex(8);
  }

  /** The client's name for a request; undefined when it gave none that is sane. */
  given(head: RequestHead): string | undefined {
    const given = head.header("x-request-id");
    if (given !== "" && sane.test(given)) return given;
    const trace = head.header("traceparent");
    return trace === "" ? undefined : traceparent.exec(trace)?.[1];
  }

  next(): string {
    return `${this.#prefix}-${(this.#count++).toString(36)}`;
  }
}
