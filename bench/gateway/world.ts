import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EnvironmentKey } from "../../protocols/ids.ts";
import type { Plan } from "../../protocols/plan.ts";
import { packPlan, type PackedPlan } from "../../protocols/published-plan.ts";
import { buckets, escapeToken, organisationKey } from "../../protocols/topology.ts";
import type { Keys } from "../../evaluation/keys.ts";
import { signPlan } from "../../evaluation/sign.ts";
import {
  openConnection,
  startNatsServer,
  systemClock,
  type Connection,
  type KeyValue,
} from "../../runtime/index.ts";
import { Children } from "./children.ts";
import { Generator, type Server } from "./generator.ts";
import { token, type Post } from "./requests.ts";
import { directoryOf, seedKeys } from "./seed.ts";

const firstAnswerMsMax = 10_000;
const firstAnswerPollMs = 20;
/** Those of the gateway's answers that do not come from uWebSockets.js itself. */
const repeatedHeaders = ["content-type", "x-request-id", "ratelimit-policy", "ratelimit"];

/** A gateway alone on a message server, with the bench in the place of the actors; and the load generator. */
export class GatewayWorld {
  readonly gateway: Server;
  readonly generator: Generator;
  readonly #parts: WorldParts;
  /** Of each environment's plan, as this is the only writer. */
  readonly #revisions = new Map<string, number>();

  constructor(parts: WorldParts) {
    this.gateway = parts.gateway;
    this.generator = new Generator(parts.children);
    this.#parts = parts;
  }

  /** Signed and serialised: what takes time before a plan can be put. */
  pack(plan: Plan): Promise<PackedPlan> {
    return packPlan(signPlan(plan, this.#parts.keys));
  }

  async put(environment: EnvironmentKey, { entry, parts }: PackedPlan): Promise<void> {
    for (const part of parts) await this.#parts.planParts.put(part.key, part.value, 0);
    const key = escapeToken(environment);
    const outcome = await this.#parts.plans.put(key, entry, this.#revisions.get(key) ?? 0);
    if (outcome.kind === "conflict") throw new Error(`somebody else has written the plan of ${environment}`);
    this.#revisions.set(key, outcome.revision);
  }

  /** The gateway's answer, as soon as it has one: it may not have heard of a plan or a token yet. */
  async answerTo(post: Post): Promise<RepeatedAnswer> {
    const deadline = performance.now() + firstAnswerMsMax;
    for (;;) {
      const response = await fetch(`http://127.0.0.1:${this.gateway.port}${post.path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: post.body,
      });
      const answer = await response.text();
      if (response.status === 200)
        return { answer, headers: repeatedHeaders.map((name) => [name, response.headers.get(name) ?? ""]) };
      if (performance.now() > deadline) throw new Error(`the gateway answers ${answer}`);
      await systemClock.sleep(firstAnswerPollMs);
    }
  }

  /** Starts the bare server, which answers with the bytes that the gateway answers to this. */
  async mirror(post: Post): Promise<Server> {
    const { answer, headers } = await this.answerTo(post);
    const file = join(import.meta.dirname, "bare.ts");
    return listening(this.#parts.children, file, [answer, JSON.stringify(headers)]);
  }

  async close(): Promise<void> {
    await this.#parts.close();
  }
}

/** What the bare server repeats of an answer. */
interface RepeatedAnswer {
  readonly answer: string;
  readonly headers: readonly (readonly [string, string])[];
}

interface WorldParts {
  readonly gateway: Server;
  readonly children: Children;
  readonly keys: Keys;
  readonly plans: KeyValue;
  readonly planParts: KeyValue;
  readonly close: () => Promise<void>;
}

export async function openGatewayWorld(environments: readonly EnvironmentKey[]): Promise<GatewayWorld> {
  const folder = await mkdtemp(join(tmpdir(), "weir-bench-gateway-"));
  const nats = await startNatsServer({ dataDir: join(folder, "nats"), syncAlways: false });
  const children = new Children();
  let connection: Connection | undefined;
  const close = async (): Promise<void> => {
    await children.end();
    await connection?.drain();
    await nats.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    connection = await openConnection({ url: nats.url, name: "bench", streams: [] });
    const keys = await seedKeys(folder);
    const directory = Buffer.from(JSON.stringify(directoryOf(environments)));
    await (await connection.bucket(buckets.directory)).put(organisationKey, directory, 0);
    const plans = await connection.bucket(buckets.plans);
    const planParts = await connection.bucket(buckets.planParts);
    const gateway = await listening(children, join(import.meta.dirname, "../../gateway/main.ts"), [], {
      PORT: "0",
      HOST: "127.0.0.1",
      NATS_URL: nats.url,
      WEIR_DATA_DIR: folder,
      WEIR_KEYS_FILE: "",
      WEIR_RATE_LIMIT_PER_MINUTE: "1000000000",
      REDIS_URL: "",
      LOG_LEVEL: "error",
    });
    return new GatewayWorld({ gateway, children, keys, plans, planParts, close });
  } catch (error) {
    await close();
    throw error;
  }
}

async function listening(
  children: Children,
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Server> {
  const child = children.start(file, args, environment);
  const { port } = await child.said<{ readonly port: number }>();
  return { port, pid: child.pid };
}
