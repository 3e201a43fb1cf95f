import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const projectRoot = fileURLToPath(new URL("..", import.meta.url));
export const cliMain = join(projectRoot, "cli/main.ts");

/** Where things are in a data directory. */
export const dataPaths = (dataDir: string) => ({
  lock: join(dataDir, "weir.lock"),
  run: join(dataDir, "run.json"),
  keys: join(dataDir, "keys.json"),
  rootToken: join(dataDir, "root-token"),
  logs: join(dataDir, "logs"),
  log: (part: string) => join(dataDir, "logs", `${part}.log`),
  nats: join(dataDir, "nats"),
});

export const defaultDataDir = ".data";
