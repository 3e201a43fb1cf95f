import { createServer } from "node:net";
import { systemRandom } from "./random.ts";

// Below the range from which the system gives ports to outgoing connections (32,768 on Linux, 49,152 elsewhere): a port
// of that range that is free now is some client's own a moment later, and whoever was promised it cannot listen.
const firstPort = 20_000;
const portsInRange = 12_000;
const triesMax = 200;

/**
 * The first of `count` consecutive ports on which nothing listens. For a process that is told its port before it
 * starts, or that must find the same one after a restart; whoever can should listen on port 0 instead.
 *
 * @throws when a listener on `host` is refused for another reason than a taken port, or none is free
 */
export async function freePorts(host = "127.0.0.1", count = 1): Promise<number> {
  for (let tries = 0; tries < triesMax; tries++) {
    const first = firstPort + Math.floor(systemRandom.fraction() * (portsInRange - count));
    let free = 0;
    while (free < count && (await isFree(host, first + free))) free++;
    if (free === count) return first;
  }
  throw new Error(`no ${count} free ports on ${host} after ${triesMax} tries`);
}

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(false) : reject(error),
    );
    probe.listen({ host, port, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
