import { z } from "zod";
import { issuesOf } from "../../protocols/errors.ts";
import type { Issue, Reply, RuntimeFailure } from "../../protocols/errors.ts";

/** The effect of another actor that a command is: numbers of one sender only grow. */
const TellOrigin = z.object({ actor: z.string().max(1_000), number: z.number().int() });
export type TellOrigin = Readonly<z.infer<typeof TellOrigin>>;

/** What travels to an actor. The id makes a repeated command harmless. */
export const Command = z.object({
  id: z.string().min(1).max(200),
  by: z.string().max(200),
  message: z.unknown(),
  /** Version of the message; 1 when absent. */
  v: z.number().int().min(1).optional(),
  from: TellOrigin.optional(),
  /** W3C trace context of whoever asks. */
  trace: z.string().max(100).optional(),
});
export type Command = z.infer<typeof Command>;

/** Said between hosts and clients only: ask again, somebody else serves this actor now. */
export interface Moved {
  readonly code: "moved";
}
export const moved = { ok: false, failure: { code: "moved" } } as const satisfies Reply<never, Moved>;

export type ActorReply = Reply<unknown, RuntimeFailure | Moved | { readonly code: string }>;

export const isMoved = (reply: Reply<unknown, unknown>): boolean =>
  !reply.ok && (reply.failure as { code?: unknown } | undefined)?.code === "moved";

/** What a parser's throw says about a message: zod's issues, or its text. */
export function issuesOfThrown(error: unknown): readonly Issue[] {
  if (error instanceof z.ZodError) return issuesOf(error);
  return [{ path: "", message: error instanceof Error ? error.message : String(error) }];
}
