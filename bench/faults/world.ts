import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "../../cli/api.ts";
import { cliConfig } from "../../cli/config.ts";
import { dataPaths, projectRoot } from "../../cli/paths.ts";
import { readRunFile } from "../../cli/run-file.ts";
import { startWeir, type PartName, type TestWeir } from "../../cli/testing/weir.ts";
import { nodePart } from "../../cli/up/node-part.ts";
import { Part } from "../../cli/up/part.ts";
import { systemClock } from "../../runtime/index.ts";
import type { SignedPlan } from "../../protocols/plan.ts";
import { held } from "./faults.ts";

const servedMsMax = 10_000;

/** A whole Weir with a second gateway beside the first; every part is brought back when it dies. */
export class FaultWorld {
  readonly api: Api;
  readonly urls: readonly string[];
  readonly token: string;
  readonly dataDir: string;
  readonly #weir: TestWeir;
  readonly #second: Part;

  private constructor(weir: TestWeir, second: Part, secondUrl: string, dataDir: string) {
    this.#weir = weir;
    this.#second = second;
    this.urls = [weir.url, secondUrl];
    this.token = weir.token;
    this.dataDir = dataDir;
    this.api = new Api({ url: weir.url, token: weir.token, deadlineMs: 120_000 });
  }

  static async open(): Promise<FaultWorld> {
    const dataDir = mkdtempSync(join(tmpdir(), "weir-faults-"));
    const environment = { WEIR_RATE_LIMIT_PER_MINUTE: "100000000" };
    const weir = await startWeir({ dataDir, environment });
    const port = await freePort();
    const natsUrl = readRunFile(dataDir)?.natsUrl ?? "";
    const second = new Part(
      nodePart({
        name: "gateway-2",
        script: join(projectRoot, "gateway/main.ts"),
        environment: {
          ...cliConfig().inherited,
          ...environment,
          NATS_URL: natsUrl,
          // Its own last good plans, the same keys.
          WEIR_DATA_DIR: join(dataDir, "gateway-2"),
          WEIR_KEYS_FILE: dataPaths(dataDir).keys,
          PORT: String(port),
          LOG_LEVEL: "warn",
        },
        logFile: join(dataPaths(dataDir).logs, "gateway-2.log"),
        readyTimeoutMs: 60_000,
      }),
      { clock: systemClock, fraction: Math.random, tell: () => undefined },
    );
    await second.start();
    return new FaultWorld(weir, second, `http://127.0.0.1:${port}`, dataDir);
  }

  /** Until both gateways know that these experiments run. */
  async served(environment: string, experiments: readonly string[]): Promise<void> {
    const headers = { authorization: `Bearer ${this.token}` };
    const knows = async (url: string): Promise<boolean> => {
      const response = await fetch(`${url}/configs/${environment}`, { headers });
      if (!response.ok) return false;
      const { plan } = (await response.json()) as SignedPlan;
      const running = new Set(Object.values(plan.experiments).map(({ key }) => key as string));
      return experiments.every((key) => running.has(key));
    };
    const deadline = performance.now() + servedMsMax;
    while (!(await Promise.all(this.urls.map(knows))).every(Boolean)) {
      if (performance.now() > deadline) throw new Error("the gateways do not serve the experiments");
      await systemClock.sleep(50);
    }
  }

  pid(part: PartName): number | undefined {
    return this.#weir.pids()[part];
  }

  /** Between two lives there is nobody to kill. */
  kill(part: PartName): void {
    if (this.pid(part) !== undefined) this.#weir.kill(part);
  }

  killSecondGateway(): void {
    const { pid } = this.#second; // not by the part: what it kills itself it does not bring back
    if (pid !== undefined) process.kill(pid, "SIGKILL");
  }

  async suspend(part: PartName, ms: number, signal: AbortSignal): Promise<void> {
    const pid = this.pid(part);
    if (pid !== undefined) await held(pid, ms, signal);
  }

  async close(): Promise<void> {
    await this.#second.stop();
    await this.#weir.stop();
    rmSync(this.dataDir, { recursive: true, force: true, maxRetries: 5 });
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}
