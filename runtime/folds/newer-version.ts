/** What a fold throws at a message that a later program wrote. It says so by a code, since it comes from outside. */
export const isOfNewerVersion = (error: unknown): boolean =>
  error instanceof Error && "code" in error && error.code === "newer_version";
