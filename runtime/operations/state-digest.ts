import { createHash } from "node:crypto";
import type { Hash } from "node:crypto";

/** Text is gathered before it is hashed: a call for each member would cost more than the hashing. */
const gatheredLengthMax = 65_536;

/**
 * SHA-256 over a value's meaning: the same for equal values, whatever the order in which an object got its members.
 * Maps and sets keep their order, which their readers can see.
 */
export function digestOf(value: unknown): string {
  const sum = new Sum();
  sum.add(value);
  return sum.hex();
}

class Sum {
  readonly #hash: Hash = createHash("sha256");
  #gathered = "";

  hex(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  add(value: unknown): void {
    if (typeof value === "string") return this.#text(`s${value.length}:${value}`);
    if (typeof value !== "object" || value === null)
      return this.#text(Object.is(value, -0) ? "-0;" : `${typeof value}:${String(value)};`);
    if (ArrayBuffer.isView(value)) return this.#bytes(value);
    if (Array.isArray(value)) return this.#all("[", value, value.length);
    if (value instanceof Date) return this.#text(`d${value.getTime()};`);
    if (value instanceof Set) return this.#all("{s", value, value.size);
    if (value instanceof Map) {
      this.#text(`{m${value.size};`);
      for (const [key, member] of value) {
        this.add(key);
        this.add(member);
      }
      return;
    }
    const members = Object.entries(value).filter(([, member]) => member !== undefined);
    this.#text(`{o${members.length};`);
    for (const [name, member] of members.sort(([a], [b]) => (a < b ? -1 : 1))) {
      this.add(name);
      this.add(member);
    }
  }

  #all(kind: string, values: Iterable<unknown>, length: number): void {
    this.#text(`${kind}${length};`);
    for (const value of values) this.add(value);
  }

  #bytes(view: ArrayBufferView): void {
    this.#text(`b${view.constructor.name}${view.byteLength};`);
    this.#flush();
    this.#hash.update(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
  }

  #text(text: string): void {
    this.#gathered += text;
    if (this.#gathered.length > gatheredLengthMax) this.#flush();
  }

  #flush(): void {
    this.#hash.update(this.#gathered);
    this.#gathered = "";
  }
}
