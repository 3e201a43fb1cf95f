import { chmodSync, rmSync } from "node:fs";
import { once } from "node:events";
import { createLog, stopRequested, systemClock } from "../../runtime/index.ts";
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
const stopped = stopRequested(); // also when the parent is gone: an orphan would hold the directory

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
  const isClosed = await Promise.race([
    engine.close().then(() => true),
    systemClock.sleep(stopMsMax).then(() => false),
  ]);
  // An unfinished query would keep the process, its orderly end included; the next open forgets what it left.
  if (isClosed) process.exit(0);
  process.kill(process.pid, "SIGKILL");
} catch (error) {
  log.error("warehouse.failed", { error });
  process.exit(error instanceof DoesNotOpen ? doesNotOpen : 1);
}
