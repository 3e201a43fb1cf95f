import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../ports/clock.ts";
import { serverCount, startCluster } from "./cluster.ts";
import type { Cluster, Line } from "./cluster.ts";
import { HostProcess } from "./host-process.ts";
import { hostNames } from "./names.ts";

/** Everything that can be broken: three servers, three hosts, and the lines of hosts and users. */
export interface System {
  readonly cluster: Cluster;
  readonly hosts: readonly HostProcess[];
  /** One for each host, the last one for the users. */
  readonly lines: readonly Line[];
  readonly dataDir: string;
  /** Every process ended, every link closed. Idempotent. */
  close(): Promise<void>;
}

export async function openSystem(
  options: { readonly dataDir: string; readonly leaseTtlMs: number; readonly syncAlways: boolean },
  tools: { readonly clock: Clock; readonly onCrash: (text: string) => void },
): Promise<System> {
  const { dataDir, leaseTtlMs } = options;
  await mkdir(dataDir, { recursive: true });
  const cluster = await startCluster(options, tools.clock);
  const lines: Line[] = [];
  for (let count = 0; count <= hostNames.length; count++) lines.push(await cluster.line());
  const hosts = hostNames.map(
    (name, index) =>
      new HostProcess(
        { name, url: lines[index]?.url ?? "", leaseTtlMs, replicas: serverCount },
        { logFile: join(dataDir, `${name}.log`), ...tools },
      ),
  );
  return {
    cluster,
    hosts,
    lines,
    dataDir,
    close: async () => {
      await Promise.all(hosts.map((host) => host.kill9()));
      await cluster.close();
    },
  };
}
