import { chmodSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createLog, systemClock } from "../../runtime/index.ts";
import { embeddedConfig } from "./config.ts";
import { detachedParts, engineVersion } from "./detached-parts.ts";
import { DoesNotOpen, openEngine } from "./engine.ts";
import { createFront } from "./front.ts";
import { doesNotOpen } from "./set-aside.ts";

// The embedded warehouse: chDB in a process of its own, behind ClickHouse's HTTP dialect on a Unix socket.
// The engine's crash is this process's end and no other's; whoever started it starts it again.

const stopMsMax = 10_000;

const config = embeddedConfig(process.env);
const log = createLog("warehouse", { level: config.logLevel });
const stopped = new Promise<string>((resolve) => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal));
  process.once("disconnect", () => resolve("disconnect")); // the parent is gone: an orphan would hold the directory
});

try {
  const engine = openEngine(config);
  const version = await engineVersion(engine);
  const broken = await detachedParts(engine);
  if (broken.length > 0) log.error("warehouse.broken_parts", { parts: broken });

  const front = createFront({ engine, version, health: () => ({ detachedParts: broken }) });
  rmSync(config.socketPath, { force: true }); // a killed process leaves its socket; the directory's lock is ours by now
  front.listen(config.socketPath);
  await once(front, "listening");
  chmodSync(config.socketPath, 0o600);
  log.info("warehouse.ready", { version, directory: config.directory });
  process.send?.({ type: "ready" });

  const reason = await stopped;
  log.info("warehouse.stopping", { reason });
  front.close();
  front.closeIdleConnections();
  await Promise.race([engine.close(), systemClock.sleep(stopMsMax)]);
  process.exit(0); // an unfinished query would keep the process; the next open forgets what it left
} catch (error) {
  log.error("warehouse.failed", { error });
  process.exit(error instanceof DoesNotOpen ? doesNotOpen : 1);
}
