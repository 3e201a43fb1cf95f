import { z } from "zod";
import { logLevels } from "../log-levels.ts";

const Environment = z.object({
  WEIR_WAREHOUSE_DIR: z.string().min(1),
  WEIR_WAREHOUSE_SOCKET: z.string().min(1).max(100, "a Unix socket's path has about 107 bytes at most"),
  WEIR_WAREHOUSE_MEMORY_BYTES: z.coerce
    .number()
    .int()
    .min(256 * 1024 ** 2)
    .default(2 * 1024 ** 3),
  UV_THREADPOOL_SIZE: z.coerce.number().int().min(16, "each running query holds a thread of libuv's pool"),
  LOG_LEVEL: z.enum(logLevels).default("info"),
});

/** Of the embedded warehouse's own process; the supervisor writes these variables. */
export function embeddedConfig(environment: Readonly<Record<string, string | undefined>>) {
  const parsed = Environment.safeParse(environment);
  if (!parsed.success) throw new Error(z.prettifyError(parsed.error));
  return {
    directory: parsed.data.WEIR_WAREHOUSE_DIR,
    socketPath: parsed.data.WEIR_WAREHOUSE_SOCKET,
    memoryBytesMax: parsed.data.WEIR_WAREHOUSE_MEMORY_BYTES,
    logLevel: parsed.data.LOG_LEVEL,
  };
}
