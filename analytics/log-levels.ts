/** What LOG_LEVEL may say. */
export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;
