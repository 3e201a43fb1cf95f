import process from "node:process";
import { counter } from "../counter.ts";
import { openHost } from "../../hosting/host.ts";
import { openConnection } from "../../nats/connection.ts";
import type { Connection } from "../../ports/connection.ts";
import { createLog } from "../../ports/log.ts";
import { stopRequested } from "../../stop.ts";
import { journalStream, streams, tallyAt, tallyKeys } from "../names.ts";
import { receipt } from "../receipt.ts";
import { tally } from "../tally.ts";
import type { HostSettings } from "../host-process.ts";

// One host of the run: a process that is killed, suspended, cut off and drained. It opens as the production processes
// do, and leaves as they do: at SIGTERM it hands its shards over.

const drainMsMax = 10_000;

const settings = JSON.parse(process.argv[2] ?? "") as HostSettings;
const { name, url, leaseTtlMs, replicas } = settings;
const log = createLog(name, { level: "debug" });
const stopped = stopRequested();
process.on("unhandledRejection", (error) => {
  log.error("unhandled_rejection", { error });
  process.exit(70);
});
const connection = await openConnection({ url, name, streams: streams(replicas), replicas, log });
const host = await openHost({
  connection: withRefusalsLogged(connection),
  name,
  leaseTtlMs,
  journalStream,
  log,
  actors: [counter(connection.writer), receipt],
  folds: [tally],
  standing: () => tallyKeys.map(tallyAt),
});
process.send?.({ type: "ready" });

const reason = await stopped;
if (reason === "disconnect") process.exit(0); // nobody is there to see a graceful end
await host.drain(drainMsMax);
await connection.drain();
process.exit(0);

/** What the server did not store is the evidence of a stale owner. */
function withRefusalsLogged(opened: Connection): Connection {
  const { store } = opened;
  if (store === undefined) return opened;
  const journal: typeof store.journal = (stream) => {
    const inner = store.journal(stream);
    const append: typeof inner.append = async (subject, data, expected) => {
      const outcome = await inner.append(subject, data, expected);
      if (outcome.kind !== "stored") log.warn("append_not_stored", { subject, expected, outcome });
      return outcome;
    };
    return { ...inner, append };
  };
  return { ...opened, store: { ...store, journal } };
}
