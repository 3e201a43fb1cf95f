import { readFile } from "node:fs/promises";
import { parseKeys } from "../evaluation/keys.ts";
import { createLog, openTracer, stopRequested, systemClock, systemRandom } from "../runtime/index.ts";
import { gatewayConfig } from "./config.ts";
import { openGateway } from "./gateway.ts";

// The life of a gateway process: configured, serving, stopped by a signal or by its parent's end.

const config = gatewayConfig(process.env);
if (!config.ok) {
  for (const { path, message } of config.failure.issues) process.stderr.write(`${path}: ${message}\n`);
  process.exit(2);
}
const log = createLog("gateway", { level: config.value.logLevel });
const open: { close(): Promise<void> }[] = [];
void stopRequested().then(async (why) => {
  log.info("stopping", { why });
  for (const part of open.toReversed()) await part.close();
  process.exit(0);
});

const keys = await readFile(config.value.keysFile, "utf8")
  .then(parseKeys)
  .catch((error: unknown) => {
    log.error("keys_not_read", { file: config.value.keysFile, error });
    process.exit(2);
  });

const tracer = await openTracer(config.value.traces, { clock: systemClock, random: systemRandom, log });
open.push(tracer);
const opened = await openGateway({
  config: config.value,
  keys,
  clock: systemClock,
  random: systemRandom,
  log,
  tracer,
});
if (!opened.ok) {
  const { host, port } = opened.failure;
  log.error("port_taken", { host, port });
  process.stderr.write(
    `${host}:${port} cannot be listened on: another program has the port. Set PORT to a free one.\n`,
  );
  process.exit(3);
}
const gateway = opened.value;
open.push(gateway);

log.info("listening", { host: config.value.host, port: gateway.port });
process.send?.({ type: "ready", port: gateway.port });
