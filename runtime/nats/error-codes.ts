/** JetStream's `err_code`s that we act on. Messages are for people; codes are for programs. */
export const wrongLastSequence = 10071;
/** The same refusals while a rival write, or our own first attempt, is still in flight (newer servers, replicated). */
export const duplicateInProcess = 10158;
export const rivalInFlight = 10164;
/** The stream, the account or the disk has no room. */
export const noRoomCodes: ReadonlySet<number> = new Set([10002, 10023, 10047, 10077, 10122]);
/** Larger than the server's limit of a message. */
export const messageTooLarge = 10054;
/** Ours, not the server's: it says by a protocol error, not in an answer, that we may not publish there. */
export const notPermitted = 1;
/** The server will not have this message now or later, and certainly did not store it. What is missing here is unclear. */
export const refusedCodes: ReadonlySet<number> = new Set([
  notPermitted,
  10028, // no memory left for streams in memory
  10039, // JetStream is off for the account
  10060, // the subject belongs to another stream than expected
  10076, // JetStream is off
  10097, // headers too large
  10109, // sealed
  messageTooLarge,
]);
export const streamNameInUse = 10058;
export const noMessageFound = 10037;
