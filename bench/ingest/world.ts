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

const environment = "bench";
const experiment = "bench-experiment";

export async function openWorld(): Promise<World> {
  const weir = await startWeir();
  const api = new Api({ url: weir.url, token: weir.token });
  const query = { env: environment };
  await api.call("POST", "/v1/environments", { body: { key: environment } });
  await api.call("PUT", "/v1/metrics/bought", {
    query,
    body: { key: "bought", definition: { type: "binary", event: "buy" } },
  });
  await api.call("PUT", "/v1/metrics/revenue", {
    query,
    body: { key: "revenue", definition: { type: "sum", event: "buy" } },
  });
  const variations = ["control", "treatment"].map((key) => ({ key, value: key }));
  await api.call("PUT", `/v1/flags/${experiment}`, {
    query,
    body: {
      key: experiment,
      type: "string",
      variations,
      offVariation: "control",
      fallthrough: { experiment },
    },
  });
  await api.call("PUT", `/v1/experiments/${experiment}`, {
    query,
    body: {
      key: experiment,
      flag: experiment,
      variants: variations.map(({ key }) => ({ key, variation: key, weight: 5_000 })),
      control: "control",
      metrics: { primary: "bought", secondary: ["revenue"] },
    },
  });
  await api.call("POST", `/v1/experiments/${experiment}/start`, { query, body: {} });
  return { weir, api, environment, experiment, flag: experiment, close: () => weir.stop() };
}

export const authorised = ({ weir }: World): Record<string, string> => ({
  authorization: `Bearer ${weir.token}`,
  "content-type": "application/json",
});
