import type { ActorClient, ActorOperations, Clock, Connection, Log, Random } from "../runtime/index.ts";
import type { Failure } from "../protocols/failures.ts";
import type { EnvironmentKey, UnitId } from "../protocols/ids.ts";
import type { Assignments } from "./assignments/assignments.ts";
import type { Authenticator } from "./auth.ts";
import type { CallerLimits } from "./caller-limits.ts";
import type { GatewayConfig } from "./config.ts";
import type { Counts } from "./counts.ts";
import type { DecisionLog } from "./decisions/decision-log.ts";
import type { DirectoryView, Principal } from "./directory.ts";
import type { EarlierPlans } from "./evaluate/earlier-plans.ts";
import type { Answer, RequestHead } from "./http.ts";
import type { Consents } from "./ingest/consents.ts";
import type { Ingest } from "./ingest/ingest.ts";
import type { Deletions } from "./privacy/deletions.ts";
import type { PlanHints } from "./ofrep/hint.ts";
import type { Plans } from "./plans.ts";
import type { RequestIds } from "./request-id.ts";
import type { RefetchNotices } from "./streams/refetch-notices.ts";
import type { SseHub } from "./streams/sse.ts";

/** One request that may be served: who asks what. */
export interface Call {
  readonly head: RequestHead;
  readonly params: readonly string[];
  /** On public routes: nobody (call.ts `nobody`). */
  readonly principal: Principal;
  readonly requestId: string;
  /** A name for the one decision of this request: nobody else has it, whatever the client calls its requests. */
  decisionId(): string;
  /** Tells whom it is about. True when nothing of that unit may be stored; the answer then says so in a header. */
  noteConsent(environment: EnvironmentKey, unit: UnitId): boolean;
  problem(failure: Failure | { readonly code: string }): Answer;
}

/** The log and the actors, while they can be reached. */
export interface Link {
  readonly connection: Connection;
  readonly client: ActorClient;
  readonly operations: ActorOperations;
}

export interface Secrets {
  readonly session: string;
  readonly exposure: string;
  readonly stream: string;
  readonly tombstones: string;
}

/** Everything a route may need; made once by gateway.ts. */
export interface Room {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly secrets: Secrets;
  readonly directory: DirectoryView;
  readonly auth: Authenticator;
  readonly plans: Plans;
  readonly requestIds: RequestIds;
  readonly counts: Counts;
  readonly limits: CallerLimits;
  readonly ingest: Ingest;
  readonly consents: Consents;
  readonly sse: SseHub;
  readonly refetch: RefetchNotices;
  readonly decisions: DecisionLog;
  readonly assignments: Assignments;
  readonly deletions: Deletions;
  readonly earlier: EarlierPlans;
  readonly hints: PlanHints;
  /** Undefined until the first connection. */
  link(): Link | undefined;
}

/** Stands for the caller of a public route. */
export const nobody: Principal = {
  token: {
    hash: "",
    prefix: "public",
    name: "",
    kind: "browser",
    scopes: ["flags:evaluate"],
    createdAt: 0 as never,
  },
  prefix: "public",
  scopes: new Set(),
  environment: undefined,
  isBrowser: true,
  expiresAt: Number.POSITIVE_INFINITY,
};
