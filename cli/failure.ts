/** Exit codes: 0 done, 1 it could not be done, 2 it was asked wrongly, 130 interrupted. */
export const exitCodes = { failed: 1, usage: 2, interrupted: 130 } as const;

/** Something the person at the terminal can act on: its message is the one sentence that is shown. */
export class CliFailure extends Error {
  override readonly name = "CliFailure";
  readonly code: string;
  readonly exitCode: number;

  constructor(
    code: string,
    message: string,
    options: { readonly exitCode?: number; readonly cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.exitCode = options.exitCode ?? exitCodes.failed;
  }
}

export const usageFailure = (message: string): CliFailure =>
  new CliFailure("usage", message, { exitCode: exitCodes.usage });

/** Node's code of a system error, as in ENOENT. */
export const systemCodeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;

/** What to say of any error: our own sentences as they are, system errors with their cause. */
export function sentenceOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause =
    error.cause instanceof Error && !(error instanceof CliFailure) ? ` (${error.cause.message})` : "";
  return error.message + cause;
}
