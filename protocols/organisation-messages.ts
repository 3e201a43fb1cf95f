import { z } from "zod";
import { DecisionLogMode } from "./decision-log.ts";
import { AssignmentDays, Scope, TokenRecord } from "./directory.ts";
import { EnvironmentKey, Key } from "./ids.ts";
import { partitionsDefault, partitionsMax } from "./topology.ts";
import { Instant } from "./time.ts";

export const EnvironmentInput = z.strictObject({
  key: EnvironmentKey,
  project: Key.default("main"),
  name: z.string().max(200).optional(),
  production: z.boolean().default(false),
  partitions: z.number().int().min(1).max(partitionsMax).default(partitionsDefault),
  decisionLog: DecisionLogMode.optional(),
  assignmentDays: AssignmentDays.optional(),
});
export type EnvironmentInput = z.infer<typeof EnvironmentInput>;

/** What may change of an environment after it was made. */
export const EnvironmentChange = z.strictObject({
  name: z.string().max(200).optional(),
  production: z.boolean().optional(),
  decisionLog: DecisionLogMode.optional(),
  assignmentDays: AssignmentDays.optional(),
});
export type EnvironmentChange = z.infer<typeof EnvironmentChange>;

export const TokenInput = z.strictObject({
  name: z.string().min(1).max(200),
  kind: z.enum(["server", "browser"]).default("server"),
  scopes: z.array(Scope).min(1),
  environment: EnvironmentKey.optional(),
  expiresAt: Instant.optional(),
});
export type TokenInput = z.infer<typeof TokenInput>;

/** Asks of `organisation/default`. Token texts are made by the asker; only hashes travel. */
export const OrganisationMessage = z.discriminatedUnion("type", [
  /** Installs the root token's hash (replacing an older root). Answer: Directory. */
  z.strictObject({
    type: z.literal("ensure_root"),
    hash: TokenRecord.shape.hash,
    prefix: TokenRecord.shape.prefix,
  }),
  /** Answer: EnvironmentRecord. Also tells the environment actor to begin. */
  z.strictObject({ type: z.literal("create_environment"), environment: EnvironmentInput }),
  z.strictObject({ type: z.literal("archive_environment"), environment: EnvironmentKey }),
  /** Answer: EnvironmentRecord. */
  z.strictObject({
    type: z.literal("change_environment"),
    environment: EnvironmentKey,
    change: EnvironmentChange,
  }),
  /** Answer: TokenRecord. */
  z.strictObject({
    type: z.literal("create_token"),
    hash: TokenRecord.shape.hash,
    prefix: TokenRecord.shape.prefix,
    token: TokenInput,
  }),
  z.strictObject({ type: z.literal("revoke_token"), prefix: z.string() }),
  /** Answer: Directory. */
  z.strictObject({ type: z.literal("get") }),
]);
export type OrganisationMessage = z.infer<typeof OrganisationMessage>;
