/** The receiver may take it later. */
const laterCodes: ReadonlySet<string> = new Set([
  "mailbox_full",
  "deadline_exceeded",
  "unavailable",
  "stream_full",
  "stream_refused",
  "actor_failed",
  "newer_version",
  "moved",
]);
const neverCodes: ReadonlySet<string> = new Set([
  "invalid_message",
  "unknown_kind",
  "unknown_key",
  "internal",
]);

/** Whether an actor that answers with this failure has been told: any refusal of its own is its word on the message. */
export function toldBy(code: string): "told" | "later" | "never" {
  if (neverCodes.has(code)) return "never";
  return laterCodes.has(code) ? "later" : "told";
}
