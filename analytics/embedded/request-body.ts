import type { IncomingMessage } from "node:http";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { exceptions } from "./exception.ts";

/** A block of the sink is 64,000 rows × 100 B typical = 6.4 MB; this leaves room for rows ten times as wide. */
export const bodyBytesMax = 64 * 1024 ** 2;

/** The whole body, unpacked. Counted after unpacking and as it streams, so a small bomb stays small. */
export async function readBody(request: IncomingMessage, bytesMax = bodyBytesMax): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of unpacked(request)) {
    length += chunk.length;
    if (length > bytesMax) throw exceptions.tooManyBytes(bytesMax);
    chunks.push(chunk);
  }
  if (!request.complete) throw exceptions.badArguments("The request ended early");
  return Buffer.concat(chunks, length);
}

function unpacked(request: IncomingMessage): AsyncIterable<Buffer> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding === "identity") return request;
  if (encoding !== "gzip") throw exceptions.notImplemented(`Content-Encoding ${encoding}`);
  const gunzip = createGunzip();
  pipeline(request, gunzip, () => {}); // an error of either ends the loop that reads gunzip
  return gunzip;
}
