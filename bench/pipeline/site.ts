import { join } from "node:path";
import { analyticsConfig } from "../../analytics/config.ts";
import { openWarehouse, type Warehouse } from "../../analytics/clickhouse.ts";
import type { SignedPlan } from "../../protocols/plan.ts";
import { systemClock } from "../../runtime/index.ts";
import { Children, type Child } from "../gateway/children.ts";
import { watchLag, type Lags } from "./lag.ts";
import type { LoadOrder, LoadOutcome } from "./load-order.ts";
import { hundredExperiments, oneExperiment, type Scene } from "./traffic.ts";
import { startUsage, type Usage } from "./usage.ts";
import { addEnvironment, addExperiment, openWorld, type World } from "./world.ts";

/** A Weir with an environment of one experiment and another of a hundred, and the process that sends events to it. */
export interface Site {
  readonly world: World;
  readonly warehouse: Warehouse;
  readonly socketPath: string;
  readonly children: Children;
  readonly generator: Child;
  close(): Promise<void>;
}

export interface Stretch {
  readonly load: LoadOutcome;
  readonly usage: Usage;
  readonly lags: Lags;
}

const connections = 16;
/** Edits under way at once, while the hundred are made. */
const editsAtOnce = 4;

export async function openSite(progress: (line: string) => void): Promise<Site> {
  progress("pipeline: starting a Weir of its own");
  const world = await openWorld();
  const children = new Children();
  const socketPath = socketOf(world.weir.dataDir);
  const warehouse = openWarehouse({ socketPath, clock: systemClock });
  const close = async (): Promise<void> => {
    await warehouse.close();
    await children.end();
    await world.close();
  };
  try {
    const generator = children.start(join(import.meta.dirname, "load.ts"));
    const site = { world, warehouse, socketPath, children, generator, close };
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

let runs = 0;

/** Sends a load and measures it, and what it costs, while it runs. */
export async function take(
  site: Site,
  scene: Scene,
  options: Pick<LoadOrder, "kind" | "ms" | "eventsPerSecond">,
): Promise<Stretch> {
  const { world, generator } = site;
  const order = { ...doors(world), scene, run: `r${runs++}`, connections, ...options };
  await generator.order(order satisfies LoadOrder);
  const used = await startUsage(world, generator.pid);
  const lags = watchLag(world, scene.environment);
  const load = await generator.order<LoadOutcome>("begin");
  return { load, usage: await used(), lags: await lags() };
}

/** Units meet their variants, after gateways have heard of the experiments. */
async function expose(site: Site, scene: Scene): Promise<void> {
  await served(site.world, scene);
  const { load } = await take(site, scene, { kind: "exposures" });
  if (load.acknowledged < load.offered)
    throw new Error(`not all exposures were taken: ${JSON.stringify(load)}`);
}

const servedMsMax = 20_000;

async function served({ api }: World, { environment, experiments }: Scene): Promise<void> {
  const deadline = performance.now() + servedMsMax;
  for (;;) {
    const path = `/configs/${environment}`;
    const signed = await api.call<SignedPlan>("GET", path).catch(() => undefined); // not published yet
    const running = new Set(Object.values(signed?.plan.experiments ?? {}).map(({ key }) => key as string));
    if (experiments.every((key) => running.has(key))) return;
    if (performance.now() > deadline) throw new Error(`the experiments of ${environment} are not served`);
    await systemClock.sleep(50);
  }
}

const doors = ({ weir }: World): Pick<LoadOrder, "port" | "token"> => ({
  port: Number(new URL(weir.url).port),
  token: weir.token,
});

function socketOf(dataDir: string): string {
  const { warehouse } = analyticsConfig({ WEIR_DATA_DIR: dataDir });
  if (warehouse.kind !== "embedded") throw new Error("a Weir of its own has a warehouse of its own");
  return warehouse.socketPath;
}
