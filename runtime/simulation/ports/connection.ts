import type { Connection, ConnectionStatus } from "../../ports/connection.ts";
import { simulatedJournal } from "./journal.ts";
import { simulatedKeyValue } from "./key-value.ts";
import { simulatedMessaging } from "./messaging.ts";
import type { Wire } from "./rpc.ts";
import { simulatedSnapshots } from "./snapshots.ts";
import { simulatedReader, simulatedWriter } from "./streams.ts";
import { storePlace } from "../world/store.ts";

/** What one life of one process holds: the same ports as on NATS, over the simulated world. */
export function simulatedConnection(wire: Wire): Connection {
  const { world, network, store, process } = wire;
  let drained = false;
  return {
    messaging: simulatedMessaging(wire),
    writer: simulatedWriter(wire),
    reader: simulatedReader(wire),
    bucket: async (name) => simulatedKeyValue(wire, name),
    store: {
      journal: (stream) => simulatedJournal(wire, stream),
      snapshots: async () => simulatedSnapshots(wire),
    },
    get status(): ConnectionStatus {
      if (drained || !process.alive) return "closed";
      return network.isCut(process.name, storePlace) || world.weather.storeDown
        ? "reconnecting"
        : "connected";
    },
    server: { version: "0.0.0", clustered: false },
    drain: async () => {
      drained = true;
      store.forget(process);
    },
  };
}
