// Bytes one after the other, in a buffer that grows.

/** A block of the sink is 2 to 3 MB; pages that are not written cost nothing. */
const bytesAtFirst = 4 * 1024 ** 2;
/** A buffer that had to hold more is let go after it. */
const bytesKeptMax = 16 * 1024 ** 2;
/** Up to here a loop over the characters beats a call into the runtime. */
const shortMax = 64;

export class ByteWriter {
  #bytes = Buffer.allocUnsafe(bytesAtFirst);
  #view = viewOf(this.#bytes);
  #end = 0;

  /** What was written; valid until the next `clear`. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#end);
  }

  clear(): void {
    this.#end = 0;
    if (this.#bytes.length <= bytesKeptMax) return;
    this.#bytes = Buffer.allocUnsafe(bytesAtFirst);
    this.#view = viewOf(this.#bytes);
  }

  /** Room for so many bytes, as a view and the place in it where they begin. The view is good until the next call. */
  room(length: number): { readonly view: DataView; readonly at: number } {
    this.#ensure(length);
    const at = this.#end;
    this.#end += length;
    return { view: this.#view, at };
  }

  varint(value: number): void {
    this.#ensure(10);
    let rest = value;
    for (; rest >= 0x80; rest = Math.floor(rest / 128)) this.#bytes[this.#end++] = (rest % 128) | 0x80;
    this.#bytes[this.#end++] = rest;
  }

  /** Its length in bytes, then its bytes. Half a surrogate pair becomes U+FFFD. */
  text(text: string): void {
    const { length } = text;
    if (length <= shortMax) {
      this.#ensure(shortMax + 1);
      const bytes = this.#bytes;
      const start = this.#end + 1;
      let seen = 0;
      for (let index = 0; index < length; index++) {
        const character = text.charCodeAt(index);
        seen |= character;
        bytes[start + index] = character;
      }
      if (seen < 0x80) {
        bytes[this.#end] = length;
        this.#end = start + length;
        return;
      }
    }
    const byteLength = Buffer.byteLength(text);
    this.varint(byteLength);
    this.#ensure(byteLength);
    this.#end += this.#bytes.write(text, this.#end);
  }

  #ensure(length: number): void {
    const needed = this.#end + length;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
    this.#view = viewOf(larger);
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Buffer): DataView =>
  new DataView(buffer, byteOffset, byteLength);
