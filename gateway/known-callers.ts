import type { DirectoryView, Principal } from "./directory.ts";

const keptMax = 1_000;
/** A header may be as long as its sender likes; with this, what is kept is half a megabyte at most. */
const lengthMax = 512;

/**
 * Callers that have lately shown a good token, by the header they showed it in: who shows the same again need not be
 * parsed or hashed, which is a tenth of a quick request. Strangers' inventions do not get in, and with a new directory
 * everybody shows anew.
 */
export class KnownCallers {
  readonly #directory: DirectoryView;
  readonly #principals = new Map<string, Principal>();
  /** Whoever asks often mostly asks twice in a row, and comparing is quicker than hashing a text that was just read. */
  #lastHeader = "";
  #last: Principal | undefined;
  #readFrom: DirectoryView["document"];

  constructor(directory: DirectoryView) {
    this.#directory = directory;
  }

  get(header: string): Principal | undefined {
    const { document } = this.#directory;
    if (document !== this.#readFrom) {
      this.#principals.clear();
      this.#last = undefined;
      this.#readFrom = document;
    }
    if (this.#last !== undefined && header === this.#lastHeader) return this.#last;
    this.#last = this.#principals.get(header);
    this.#lastHeader = header;
    return this.#last;
  }

  keep(header: string, principal: Principal): void {
    if (header.length > lengthMax) return;
    if (this.#principals.size >= keptMax) this.#principals.clear();
    this.#principals.set(header, principal);
  }
}
