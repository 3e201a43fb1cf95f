/** JetStream's `err_code`s that we act on. Messages are for people; codes are for programs. */
export const wrongLastSequence = 10071;
/** The same refusals while a rival write, or our own first attempt, is still in flight (newer servers, replicated). */
export const duplicateInProcess = 10158;
export const rivalInFlight = 10164;
/** The stream, the account or the disk has no room. */
export const noRoomCodes: ReadonlySet<number> = new Set([10023, 10047, 10077, 10122]);
export const streamNameInUse = 10058;
export const noMessageFound = 10037;
