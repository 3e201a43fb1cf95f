import { proxy, wrap, type Remote } from "comlink";
import type { HubDoor } from "./hub.shared.ts";
import type { Subscriber } from "./hub.ts";

// The only file that knows comlink. It is quiet upstream; what we use of it would be sixty lines of our own.

export interface Live {
  /** Returns how to end the subscription. */
  subscribe(topic: string, subscriber: Subscriber): () => void;
}

/** Opens the hub once for this tab. The proxy is kept for ever: a collected one may drop calls in flight. */
export function openLive(): Live {
  const tab = crypto.getRandomValues(new Uint32Array(4)).join("-");
  const hub = connect();
  const attended = attend(hub, tab);
  let count = 0;
  addEventListener("pagehide", ({ persisted }) => (persisted ? undefined : void hub.drop(tab)));
  return {
    subscribe(topic, subscriber) {
      const id = `${tab}/${++count}`;
      let ended = false;
      void attended.then(() => (ended ? undefined : hub.subscribe(id, topic, proxy(subscriber))));
      return () => {
        ended = true;
        void attended.then(() => hub.unsubscribe(id, topic));
      };
    },
  };
}

function connect(): Remote<HubDoor> {
  if ("SharedWorker" in globalThis) {
    const worker = new SharedWorker(new URL("./hub.shared.ts", import.meta.url), {
      type: "module",
      name: "weir-hub",
    });
    return wrap<HubDoor>(worker.port);
  }
  return wrap<HubDoor>(
    new Worker(new URL("./hub.shared.ts", import.meta.url), { type: "module", name: "weir-hub" }),
  );
}

/** Holds this tab's lock until the tab ends, and only then tells the hub to wait for it. */
function attend(hub: Remote<HubDoor>, tab: string): Promise<void> {
  if (navigator.locks === undefined) return Promise.resolve(); // Plain http away from localhost: pagehide has to do.
  return new Promise((resolve) => {
    void navigator.locks.request(`weir-tab:${tab}`, () => {
      void hub.attend(tab).then(resolve);
      return new Promise(() => undefined);
    });
  });
}
