import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Api } from "../../cli/api.ts";
import { dataPaths } from "../../cli/paths.ts";
import { readRunFile } from "../../cli/run-file.ts";
import { startWeir, type PartName, type TestWeir } from "../../cli/testing/weir.ts";
import { systemClock } from "../../runtime/index.ts";
import type { SignedPlan } from "../../protocols/plan.ts";
import { startSecondGateway, type SecondGateway } from "../second-gateway.ts";
import { childOf } from "./child-of.ts";
import { held } from "./held.ts";
import { lastWarnings, saidIn, type Said } from "./said.ts";
import { Volume } from "./volume.ts";

const servedMsMax = 10_000;

/** A whole Weir with a second gateway beside the first; every part is brought back when it dies. */
export class FaultWorld {
  readonly api: Api;
  readonly urls: readonly string[];
  readonly token: string;
  readonly dataDir: string;
  /** What ClickHouse lies on; a text says why it lies on the common disk instead. */
  readonly volume: Volume | string;
  readonly #weir: TestWeir;
  readonly #second: SecondGateway;

  private constructor(weir: TestWeir, second: SecondGateway, volume: Volume | string) {
    this.#weir = weir;
    this.#second = second;
    this.urls = [weir.url, second.url];
    this.token = weir.token;
    this.dataDir = weir.dataDir;
    this.volume = volume;
    this.api = new Api({ url: weir.url, token: weir.token, deadlineMs: 120_000 });
  }

  static async open(volumeBytes: number): Promise<FaultWorld> {
    const dataDir = mkdtempSync(join(tmpdir(), "weir-faults-"));
    const volume = Volume.mount(warehouseIn(dataDir), volumeBytes);
    const environment = { WEIR_RATE_LIMIT_PER_MINUTE: "100000000" };
    try {
      const weir = await startWeir({ dataDir, environment });
      return new FaultWorld(weir, await startSecondGateway(weir, environment), volume);
    } catch (error) {
      await removed(dataDir, volume);
      throw error;
    }
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

  get natsUrl(): string {
    return readRunFile(this.dataDir)?.natsUrl ?? "";
  }

  get warehouseDir(): string {
    return warehouseIn(this.dataDir);
  }

  /** The embedded ClickHouse's, while it runs. */
  warehousePid(): number | undefined {
    const analytics = this.pid("analytics");
    return analytics === undefined ? undefined : childOf(analytics);
  }

  /** Removes what was set aside earlier, as a person would: the disk is small. */
  clearAway(): void {
    for (const directory of [this.dataDir, this.warehouseDir])
      for (const name of readdirSync(directory))
        if (/^(warehouse\.)?broken-/.test(name))
          rmSync(join(directory, name), { recursive: true, force: true });
  }

  said(): Said {
    return saidIn(dataPaths(this.dataDir).log("analytics"));
  }

  warnings(): readonly string[] {
    return lastWarnings(dataPaths(this.dataDir).log("analytics"));
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
    await removed(this.dataDir, this.volume);
  }
}

const warehouseIn = (dataDir: string): string => join(dataDir, "warehouse");

async function removed(dataDir: string, volume: Volume | string): Promise<void> {
  if (typeof volume !== "string") await volume.close();
  rmSync(dataDir, { recursive: true, force: true, maxRetries: 5 });
}
