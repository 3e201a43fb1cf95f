import { z } from "zod";
import { EnvironmentKey } from "./ids.ts";
import { Json } from "./json.ts";

// What was set aside, as operators see it: events that a gateway refused, and what the actors' runtime could not take.

/** `event`: refused at the door. `message`: a fold could not take it; `command`: its handler threw; `effect`: given up;
 *  `gap`: a stream lost it before a fold had read it. */
export const letterKinds = ["event", "message", "command", "effect", "gap"] as const;
export const LetterKind = z.enum(letterKinds);
export type LetterKind = z.infer<typeof LetterKind>;

/** `<sequence>-<line>` in the stream DEAD. */
export const LetterId = z.string().regex(/^\d{1,15}-\d{1,6}$/, "must be the id of a letter, as in 17-0");
export type LetterId = z.infer<typeof LetterId>;

export const Letter = z.strictObject({
  id: LetterId,
  kind: LetterKind,
  code: z.string(),
  message: z.string(),
  /** Epoch ms. */
  at: z.number(),
  /** Prefix of the token that sent it, or the address of the actor. */
  from: z.string(),
  environment: EnvironmentKey.optional(),
  /** Of an event: exposure, metric, … */
  type: z.string().optional(),
  bytes: z.number(),
});
export type Letter = z.infer<typeof Letter>;

export const LetterDetail = Letter.extend({
  /** Without raw keys, and absent when it was too large or no object: the event, the command, the effect; of a stream's
   *  message its bytes as base64. */
  original: Json.optional(),
  stack: z.string().optional(),
  /** Stream and sequence, or what a gap lost. */
  place: z.record(z.string(), Json).optional(),
  /** Whether a retry could do anything with it. */
  mayRetry: z.boolean(),
});
export type LetterDetail = z.infer<typeof LetterDetail>;

export const LetterPage = z.strictObject({ items: z.array(Letter), next: z.string().optional() });
export type LetterPage = z.infer<typeof LetterPage>;

export const LetterCounts = z.strictObject({
  items: z.array(
    z.strictObject({
      kind: LetterKind,
      code: z.string(),
      environment: z.string().optional(),
      count: z.number(),
      newestAt: z.number(),
    }),
  ),
  /** False when there are more letters than one request looks at: the newest were counted. */
  complete: z.boolean(),
});
export type LetterCounts = z.infer<typeof LetterCounts>;

export const LetterFilter = z.strictObject({
  kind: LetterKind.optional(),
  code: z.string().max(100).optional(),
  /** How the sender's name begins. */
  from: z.string().max(200).optional(),
});
export type LetterFilter = z.infer<typeof LetterFilter>;

/** Letters that one request may change. */
export const letterChangesMax = 1_000;

/** Those named, or those that fit; of more than `letterChangesMax` the newest, and the answer says `more`. */
const selected = {
  ids: z.array(LetterId).min(1).max(letterChangesMax).optional(),
  filter: LetterFilter.optional(),
};
const isOne = ({ ids, filter }: { ids?: unknown; filter?: unknown }): boolean =>
  (ids === undefined) !== (filter === undefined);
const oneOfBoth = "needs ids or a filter, and not both; {} is a filter that fits everything";

export const DropInput = z.strictObject(selected).refine(isOne, oneOfBoth);
export type DropInput = z.infer<typeof DropInput>;

/** `patch` is laid over each event before it is sent again; a member that is null is taken out of it. */
export const RetryInput = z
  .strictObject({ ...selected, patch: z.record(z.string(), Json).optional() })
  .refine(isOne, oneOfBoth);
export type RetryInput = z.infer<typeof RetryInput>;

export const DropReceipt = z.strictObject({ dropped: z.number(), more: z.boolean() });
export type DropReceipt = z.infer<typeof DropReceipt>;

export const RetryReceipt = z.strictObject({
  /** Taken now; their letters are gone. */
  retried: z.number(),
  /** Taken before; their letters are gone, too. */
  duplicate: z.number(),
  /** Their letters stay. */
  failed: z.array(z.strictObject({ id: LetterId, code: z.string(), message: z.string() })),
  more: z.boolean(),
});
export type RetryReceipt = z.infer<typeof RetryReceipt>;
