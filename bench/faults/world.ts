import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "../../cli/api.ts";
import { startWeir, type PartName, type TestWeir } from "../../cli/testing/weir.ts";
import { systemClock } from "../../runtime/index.ts";
import type { SignedPlan } from "../../protocols/plan.ts";
import { startSecondGateway, type SecondGateway } from "../second-gateway.ts";
import { held } from "./faults.ts";

const servedMsMax = 10_000;

/** A whole Weir with a second gateway beside the first; every part is brought back when it dies. */
export class FaultWorld {
  readonly api: Api;
  readonly urls: readonly string[];
  readonly token: string;
  readonly dataDir: string;
  readonly #weir: TestWeir;
  readonly #second: SecondGateway;

  private constructor(weir: TestWeir, second: SecondGateway, dataDir: string) {
    this.#weir = weir;
    this.#second = second;
    this.urls = [weir.url, second.url];
    this.token = weir.token;
    this.dataDir = dataDir;
    this.api = new Api({ url: weir.url, token: weir.token, deadlineMs: 120_000 });
  }

  static async open(): Promise<FaultWorld> {
    const dataDir = mkdtempSync(join(tmpdir(), "weir-faults-"));
    const environment = { WEIR_RATE_LIMIT_PER_MINUTE: "100000000" };
    const weir = await startWeir({ dataDir, environment });
    const second = await startSecondGateway(weir, environment);
    return new FaultWorld(weir, second, dataDir);
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
