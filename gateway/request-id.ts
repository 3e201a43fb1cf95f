import type { Random } from "../runtime/index.ts";
import type { RequestHead } from "./http.ts";

/** Sane: it goes into headers and logs, so no blanks, no control characters, no novels. */
const sane = /^[A-Za-z0-9._:/+=@-]{1,128}$/;
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}/;

/** 00 to zz. Writing a number in base 36 takes longer than the rest of naming a request, so it is done every 1 296. */
const endings = Array.from({ length: 36 ** 2 }, (_, place) => place.toString(36).padStart(2, "0"));

/** Names requests: the client's own id, else its trace's, else one of ours that no other process makes. */
export class RequestIds {
  readonly #prefix: string;
  /** What the next `endings.length` ids begin with. */
  #beginning = "";
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
    const place = this.#count % endings.length;
    if (place === 0)
      this.#beginning = `${this.#prefix}-${Math.floor(this.#count / endings.length).toString(36)}`;
    this.#count++;
    return this.#beginning + endings[place];
  }
}
