import { pino } from "pino";

export const logLevels = ["silent", "error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof logLevels)[number];

export type LogFields = Readonly<Record<string, unknown>>;

/** One event name and its fields: greppable, countable, never prose. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

/** JSON lines on standard output. `error` fields may hold an Error under `error`: its stack is kept. */
export function createLog(name: string, options: { readonly level?: LogLevel } = {}): Log {
  const logger = pino({
    name,
    level: options.level ?? "info",
    serializers: { error: pino.stdSerializers.err },
    base: { name, pid: process.pid },
  });
  const write =
    (level: Exclude<LogLevel, "silent">) =>
    (event: string, fields: LogFields = {}): void =>
      logger[level]({ event, ...fields });
  return { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") };
}

const nothing = (): void => {};
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
