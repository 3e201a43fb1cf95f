import type { KeyValue } from "../../ports/connection.ts";
import { openFeed } from "./feed.ts";
import { askStore } from "./rpc.ts";
import type { Wire } from "./rpc.ts";

const putTimeoutMs = 1_000;
const readTimeoutMs = 2_000;
const settleMsMax = 10_000;
const retryMs = 50;

/** A bucket of the simulated store, with the same rule for puts of unknown outcome as on the real one. */
export function simulatedKeyValue(wire: Wire, name: string): KeyValue {
  const { world, store, process } = wire;
  const bucket = store.bucket(name);
  const ask = <Value>(work: () => Value, what: string): Promise<Value> =>
    askStore(wire, work, { timeoutMs: readTimeoutMs, writes: false, what: `${name} ${what}` });

  const attempt = (key: string, value: Uint8Array, expected: number) => {
    const work = () => {
      if (world.weather.full) {
        world.count("full");
        return { kind: "full" } as const;
      }
      const outcome = bucket.put(key, value, expected);
      world.trace(
        "store",
        `${process.name} puts ${name} ${key} over ${expected}: ${outcome.kind === "stored" ? outcome.revision : outcome.kind}`,
      );
      return outcome;
    };
    return askStore(wire, work, { timeoutMs: putTimeoutMs, writes: true, what: `put ${key}` }).catch(
      () => ({ kind: "unknown" }) as const,
    );
  };

  const put: KeyValue["put"] = async (key, value, expected) => {
    const deadlineMs = process.clock.monotonicMs() + settleMsMax;
    for (;;) {
      const outcome = await attempt(key, value, expected);
      if (outcome.kind === "stored") return outcome;
      if (outcome.kind === "full") throw new Error(`bucket ${name} has no room for ${key}`);
      // Refused or unknown: the newest value decides. Our own bytes above the expected revision are an earlier attempt.
      const newest = await ask(() => bucket.get(key), `get ${key}`).catch(() => "unread" as const);
      if (newest !== "unread") {
        if (newest !== undefined && newest.revision > expected && sameBytes(newest.value, value))
          return { kind: "stored", revision: newest.revision };
        const absent = expected === 0 && newest === undefined; // where somebody's deletion was a moment ago
        if (!absent && (outcome.kind === "conflict" || (newest?.revision ?? 0) > expected))
          return { kind: "conflict" };
      }
      if (process.clock.monotonicMs() > deadlineMs) throw new Error(`bucket ${name} did not settle ${key}`);
      await process.clock.sleep(retryMs);
    }
  };

  return {
    put,
    get: (key) => ask(() => bucket.get(key), `get ${key}`),
    keys: (prefix) => ask(() => bucket.keys(prefix), "keys"),
    delete: (key, expected) =>
      askStore(wire, () => bucket.delete(key, expected), {
        timeoutMs: readTimeoutMs,
        writes: true,
        what: `${name} delete ${key}`,
      }),
    follow: async (listener) => {
      const source = {
        since: (revision: number) => bucket.changedSince(revision),
        positionOf: ({ revision }: { readonly revision: number }) => revision,
        listen: (changed: () => void) => bucket.listen(changed),
      };
      const feed = openFeed(wire, source, 0, listener);
      return () => feed.stop();
    },
  };
}

const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, index) => byte === b[index]);
