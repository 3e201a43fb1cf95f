// A text's bytes, in a buffer that all hashes of this folder share: no call yields in between.

export interface Utf8 {
  bytes: Uint8Array;
  length: number;
}

/** Keys and ids are at most 1 024 characters of 3 bytes (a pair of two units has 4), with a recipe's own 500 before. */
const sharedBytes = 8_192;
const encoder = new TextEncoder();
const shared = new Uint8Array(sharedBytes);
const written: Utf8 = { bytes: shared, length: 0 };

/** Valid until the next call. A lone surrogate becomes U+FFFD, as everywhere on the web. */
export function utf8Of(text: string): Utf8 {
  if (text.length * 3 > sharedBytes) {
    written.bytes = encoder.encode(text); // an attribute of the asker's: any length, and nothing of it is kept
    written.length = written.bytes.length;
    return written;
  }
  written.bytes = shared;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code > 127) {
      written.length = encoder.encodeInto(text, shared).written;
      return written;
    }
    shared[index] = code;
  }
  written.length = text.length;
  return written;
}
