/** What the process of the listeners is asked, one order at a time. */
export type ListenerOrder =
  | {
      readonly kind: "open";
      readonly port: number;
      /** Path, query and headers of the stream, as they go over the wire. */
      readonly request: string;
      readonly count: number;
    }
  /** Waits until all have the event with this id, or the time is over. */
  | { readonly kind: "await"; readonly id: number; readonly msMax: number }
  | { readonly kind: "close" };

export interface Opened {
  readonly open: number;
}

export interface Heard {
  /** When each client had the whole event, in machine time. */
  readonly atMs: readonly number[];
  /** All that came since the last order of this kind. */
  readonly bytes: number;
  /** Clients that are still connected. */
  readonly open: number;
}
