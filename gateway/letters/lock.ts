import { fail } from "../../protocols/errors.ts";
import type { Answer as Outcome } from "../../protocols/failures.ts";
import type { Clock, KeyValue, Random } from "../../runtime/index.ts";

/** A retry of a thousand letters takes a second or two; whoever holds it for longer has died. */
const holdMsMax = 30_000;
const retryAfterMs = 1_000;
const decoder = new TextDecoder();

/** Work that one process at a time may do, over all gateways. Refused, not queued, while somebody else does it. */
export async function alone<Value>(
  bucket: KeyValue,
  what: string,
  { clock, random }: { readonly clock: Clock; readonly random: Random },
  work: () => Promise<Outcome<Value>>,
): Promise<Outcome<Value>> {
  const key = `lock.${what}`;
  const busy = fail({ code: "busy", what, retryAfterMs } as const);
  const held = await bucket.get(key);
  const now = clock.now();
  if (held !== undefined && Number(decoder.decode(held.value).split(" ")[0]) > now) return busy;
  const value = Buffer.from(`${now + holdMsMax} ${random.hex(8)}`);
  const taken = await bucket.put(key, value, held?.revision ?? 0);
  if (taken.kind === "conflict") return busy;
  try {
    return await work();
  } finally {
    await bucket.delete(key, taken.revision).catch(() => undefined); // it ends by itself
  }
}
