import { expose } from "comlink";
import { systemClock } from "./clock.ts";
import { Hub, type Source, type Subscriber } from "./hub.ts";

// The hub's worker. A SharedWorker serves all tabs; where there is none, each tab runs this file as its own Worker.

const hub = new Hub((topic) => new EventSource(topic) as unknown as Source, systemClock);

/** What a tab may call. */
const door = {
  /** The tab already holds this lock; getting it means that the tab is gone, however it went. */
  attend(tab: string): void {
    void navigator.locks?.request(`weir-tab:${tab}`, () => hub.drop(tab));
  },
  subscribe(id: string, topic: string, subscriber: Subscriber): void {
    hub.subscribe(id, topic, subscriber);
  },
  unsubscribe(id: string, topic: string): void {
    hub.unsubscribe(id, topic);
  },
  drop(tab: string): void {
    hub.drop(tab);
  },
};
export type HubDoor = typeof door;

const scope = globalThis as { onconnect?: ((event: MessageEvent) => void) | null };
if ("onconnect" in scope) {
  scope.onconnect = ({ ports: [port] }) => {
    if (port !== undefined) expose(door, port);
  };
} else {
  expose(door);
}
