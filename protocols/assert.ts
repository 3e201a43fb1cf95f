/** Thrown when the program, not its user, is wrong. Supervision decides what happens next. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Crashes the caller when a condition that must hold does not. Never used for a user's mistake. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}
