import { gunzip } from "node:zlib";
import { fail, succeed } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";

/** Pieces that the library hands back: of its default, 16 KB, a megabyte would need 64 turns of the loop. */
const pieceBytes = 262_144;

const isPacked = (encoding: string): boolean => /^\s*(x-)?gzip\s*$/i.test(encoding);

/**
 * How much memory a body will want: gzip ends with its unpacked size. A sender that lies gains nothing, since unpacking
 * ends at the bound all the same, and the library refuses what does not match.
 */
export const unpackedBytes = (bytes: Buffer, encoding: string): number =>
  isPacked(encoding) && bytes.length >= 4
    ? Math.max(bytes.length, bytes.readUInt32LE(bytes.length - 4))
    : bytes.length;

/**
 * The text of a body. Unpacking happens beside the loop, and ends at the bound of any body: whatever a small packet
 * unfolds to, no more than that is ever held. `bytes` need not outlive the call.
 */
export function textOf(
  bytes: Buffer,
  encoding: string,
  bytesMax: number,
): Outcome<string> | Promise<Outcome<string>> {
  if (isPacked(encoding)) return unpacked(Buffer.from(bytes), bytesMax);
  if (encoding === "" || /^\s*identity\s*$/i.test(encoding)) return succeed(bytes.toString("utf8"));
  return fail({ code: "unsupported_encoding", encoding: encoding.slice(0, 100) });
}

const unpacked = (bytes: Buffer, bytesMax: number): Promise<Outcome<string>> =>
  new Promise((resolve) => {
    gunzip(bytes, { maxOutputLength: bytesMax, chunkSize: pieceBytes }, (error, unfolded) => {
      if (error === null) return resolve(succeed(unfolded.toString("utf8")));
      resolve(
        (error as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
          ? fail({ code: "body_too_large", bytesMax })
          : fail({ code: "invalid_request", issues: [{ path: "", message: "the body is not gzip" }] }),
      );
    });
  });
