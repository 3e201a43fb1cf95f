import { Api } from "../../cli/api.ts";
import { startWeir, type TestWeir } from "../../cli/testing/weir.ts";

/** A whole Weir of its own with one running experiment, and the doors to it. */
export interface World {
  readonly weir: TestWeir;
  readonly api: Api;
  readonly environment: string;
  readonly experiment: string;
  readonly flag: string;
  close(): Promise<void>;
}

/** Limits of callers are not what is measured. */
export const unlimited = { WEIR_RATE_LIMIT_PER_MINUTE: "1000000000" };
const environment = "bench";
const experiment = "bench-experiment";

export async function openWorld(): Promise<World> {
  const weir = await startWeir({ environment: unlimited });
  const api = new Api({ url: weir.url, token: weir.token, deadlineMs: 60_000 });
  await addEnvironment(api, environment, ["buy"]);
  await addExperiment(api, environment, experiment, "buy");
  return { weir, api, environment, experiment, flag: experiment, close: () => weir.stop() };
}

/** With three metrics for each event. */
export async function addEnvironment(api: Api, key: string, events: readonly string[]): Promise<void> {
  await api.call("POST", "/v1/environments", { body: { key } });
  for (const event of events)
    for (const [metric, type] of [
      [bought(event), "binary"],
      [revenue(event), "sum"],
      [purchases(event), "count"],
    ] as const)
      await api.call("PUT", `/v1/metrics/${metric}`, {
        query: { env: key },
        body: { key: metric, definition: { type, event } },
      });
}

/** Of two halves, started. */
export async function addExperiment(api: Api, env: string, key: string, event: string): Promise<void> {
  const query = { env };
  const variations = ["control", "treatment"].map((variation) => ({ key: variation, value: variation }));
  await api.call("PUT", `/v1/flags/${key}`, {
    query,
    body: { key, type: "string", variations, offVariation: "control", fallthrough: { experiment: key } },
  });
  await api.call("PUT", `/v1/experiments/${key}`, {
    query,
    body: {
      key,
      flag: key,
      variants: variations.map(({ key: variation }) => ({ key: variation, variation, weight: 5_000 })),
      control: "control",
      metrics: { primary: bought(event), secondary: [revenue(event), purchases(event)] },
    },
  });
  await api.call("POST", `/v1/experiments/${key}/start`, { query, body: {} });
}

const bought = (event: string): string => `${event}-bought`;
const revenue = (event: string): string => `${event}-revenue`;
/** How many such events a unit had: times the units, every event that was counted. */
export const purchases = (event: string): string => `${event}-purchases`;

export const authorised = ({ weir }: World): Record<string, string> => ({
  authorization: `Bearer ${weir.token}`,
  "content-type": "application/json",
});
