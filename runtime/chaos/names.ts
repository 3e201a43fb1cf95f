import type { StreamSpec } from "../ports/stream-spec.ts";
import type { Address } from "../messaging/address.ts";

// What the run's processes agree on.

export const hostNames = ["host-a", "host-b", "host-c"] as const;

export const journalStream = "CONTROL";
export const eventStream = "EVENTS";
export const deadStream = "DEAD";
export const streams = (replicas: number): readonly StreamSpec[] => [
  { name: journalStream, subjects: ["log.>"], replicas },
  { name: eventStream, subjects: ["events.>"], replicas },
  { name: deadStream, subjects: ["dead.>"], replicas },
];

/** Counters take the load; each tells a receipt of its own name. */
export const counterCount = 24;
export const counterKeys: readonly string[] = Array.from({ length: counterCount }, (_, index) => `c${index}`);
export const counterAt = (key: string): Address => ({ kind: "counter", key });
export const receiptAt = (key: string): Address => ({ kind: "receipt", key });

/** Tallies fold what the load publishes, and what counters publish. */
export const loadPartitions = 4;
export const loadSubject = (partition: number): string => `events.load.${partition}`;
export const publishedSubject = (counter: string): string => `events.published.${counter}`;
export const performedSubject = (counter: string): string => `events.performed.${counter}`;
/** A tally's key is what stands behind `events.` in its subject. */
export const tallyAt = (key: string): Address => ({ kind: "tally", key });
export const tallySubject = (key: string): string => `events.${key}`;
export const tallyKeys: readonly string[] = [
  ...Array.from({ length: loadPartitions }, (_, partition) => loadSubject(partition)),
  ...counterKeys.map(publishedSubject),
].map((subject) => subject.slice("events.".length));
