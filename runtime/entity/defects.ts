import type { RuntimeFailure } from "../../protocols/errors.ts";

/** What no repetition cures: a broken journal, events that do not apply, a newer program's data. */
export class Defect extends Error {
  override readonly name = "Defect";
  readonly code: "journal_broken" | "event_not_applied" | "newer_version";
  /** What callers are told while the actor rests; without one, that it failed. */
  readonly failure: RuntimeFailure | undefined;

  constructor(
    code: Defect["code"],
    message: string,
    options: { readonly cause?: unknown; readonly failure?: RuntimeFailure } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.failure = options.failure;
  }
}
