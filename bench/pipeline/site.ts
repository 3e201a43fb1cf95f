import { join } from "node:path";
import { analyticsConfig } from "../../analytics/config.ts";
import { openWarehouse, type Warehouse } from "../../analytics/clickhouse.ts";
import type { SignedPlan } from "../../protocols/plan.ts";
import { systemClock } from "../../runtime/index.ts";
import { Children, type Child } from "../gateway/children.ts";
import { startSecondGateway, type SecondGateway } from "../second-gateway.ts";
import { untilLevel, watchLag, type Lags } from "./lag.ts";
import type { LoadOrder, LoadOutcome } from "./load-order.ts";
import { hundredExperiments, oneExperiment, type Scene } from "./traffic.ts";
import { startUsage, type Usage } from "./usage.ts";
import { addEnvironment, addExperiment, openWorld, unlimited, type World } from "./world.ts";

/** A Weir with an environment of one experiment and another of a hundred, and the process that sends events to it. */
export interface Site {
  readonly world: World;
  /** Beside the Weir's own: one for each of two cores. */
  readonly second: SecondGateway;
  readonly warehouse: Warehouse;
  readonly socketPath: string;
  readonly children: Children;
  readonly generator: Child;
  close(): Promise<void>;
}

export interface Stretch {
  readonly load: LoadOutcome;
  readonly lags: Lags;
  /** While events came, and until all of them were counted. */
  readonly usage: Usage;
  readonly wholeUsage: Usage;
  /** From the last answer until folds and ClickHouse had everything. */
  readonly levelSeconds: number;
}

const connections = 64;
/** Edits under way at once, while the hundred are made. */
const editsAtOnce = 4;

export async function openSite(progress: (line: string) => void): Promise<Site> {
  progress("pipeline: starting a Weir of its own");
  const world = await openWorld();
  const children = new Children();
  const socketPath = socketOf(world.weir.dataDir);
  const warehouse = openWarehouse({ socketPath, clock: systemClock });
  let second: SecondGateway | undefined;
  const close = async (): Promise<void> => {
    await warehouse.close();
    await children.end();
    await second?.stop();
    await world.close();
  };
  try {
    const generator = children.start(join(import.meta.dirname, "load.ts"));
    second = await startSecondGateway(world.weir, unlimited);
    const site = { world, second, warehouse, socketPath, children, generator, close };
    await expose(site, oneExperiment);
    progress("pipeline: making a hundred experiments");
    await makeHundred(world);
    await expose(site, hundredExperiments);
    return site;
  } catch (error) {
    await close();
    throw error;
  }
}

async function makeHundred({ api }: World): Promise<void> {
  const { environment, experiments, events } = hundredExperiments;
  await addEnvironment(api, environment, events);
  const waiting = experiments.map((key, index) => ({ key, event: events[index % events.length] ?? "" }));
  const editor = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      await addExperiment(api, environment, next.key, next.event);
  };
  await Promise.all(Array.from({ length: editsAtOnce }, editor));
}

const levelSecondsMax = 600;
let runs = 0;

/** Sends a load and measures it, and what it costs, while it runs. */
export async function take(
  site: Site,
  scene: Scene,
  options: Pick<LoadOrder, "kind" | "ms" | "eventsPerSecond">,
): Promise<Stretch> {
  const { world, second, generator } = site;
  const order = { ...doors(site), scene, run: `r${runs++}`, connections, ...options };
  await generator.order(order satisfies LoadOrder);
  const used = await startUsage(world, { gateway: second.pid ?? 0, generator: generator.pid });
  const watched = watchLag(world, scene.environment);
  const load = await generator.order<LoadOutcome>("begin");
  const lags = await watched();
  const usage = await used();
  const levelSeconds = await untilLevel(world, scene.environment, levelSecondsMax);
  return { load, usage, wholeUsage: await used(), levelSeconds, lags };
}

/** Units meet their variants, after gateways have heard of the experiments. */
async function expose(site: Site, scene: Scene): Promise<void> {
  await served(site, scene);
  const { load } = await take(site, scene, { kind: "exposures" });
  if (load.acknowledged < load.offered)
    throw new Error(`not all exposures were taken: ${JSON.stringify(load)}`);
}

const servedMsMax = 20_000;

/** By both gateways. */
async function served({ world, second }: Site, { environment, experiments }: Scene): Promise<void> {
  const { url, token } = world.weir;
  const deadline = performance.now() + servedMsMax;
  const isServed = async (gateway: string): Promise<boolean> => {
    const headers = { authorization: `Bearer ${token}` };
    const response = await fetch(`${gateway}/configs/${environment}`, { headers });
    if (!response.ok) return false; // not published yet
    const { plan } = (await response.json()) as SignedPlan;
    const running = new Set(Object.values(plan.experiments).map(({ key }) => key as string));
    return experiments.every((key) => running.has(key));
  };
  while (!(await Promise.all([url, second.url].map(isServed))).every(Boolean)) {
    if (performance.now() > deadline) throw new Error(`the experiments of ${environment} are not served`);
    await systemClock.sleep(50);
  }
}

const doors = ({ world, second }: Site): Pick<LoadOrder, "ports" | "token"> => ({
  ports: [world.weir.url, second.url].map((url) => Number(new URL(url).port)),
  token: world.weir.token,
});

function socketOf(dataDir: string): string {
  const { warehouse } = analyticsConfig({ WEIR_DATA_DIR: dataDir });
  if (warehouse.kind !== "embedded") throw new Error("a Weir of its own has a warehouse of its own");
  return warehouse.socketPath;
}
