import type { RuntimeEffect } from "../actor.ts";
import type { ActorTools } from "../hosting/actor-tools.ts";
import { addressText } from "../messaging/address.ts";
import type { Address } from "../messaging/address.ts";
import { toldBy } from "../messaging/told.ts";
import type { AnyBehaviour, NumberedEffect } from "./envelope.ts";

/** No repetition will help: the receiver cannot exist, or cannot read it. */
export class Undeliverable extends Error {
  override readonly name = "Undeliverable";
}

/** Longest wait for an actor that is told something; then it is told again. */
const tellTimeoutMs = 5_000;
export const effectKey = (address: Address, number: number): string => `${addressText(address)}/${number}`;

const isRuntimeEffect = (effect: unknown): effect is RuntimeEffect =>
  typeof effect === "object" && effect !== null && "runtime" in effect;

/** One attempt at one effect. Throws when it may have failed. */
export async function performEffect(
  { effect, number, trace }: NumberedEffect,
  {
    behaviour,
    address,
    tools,
    state,
  }: {
    readonly behaviour: AnyBehaviour;
    readonly address: Address;
    readonly tools: ActorTools;
    readonly state: unknown;
  },
): Promise<void> {
  const idempotencyKey = effectKey(address, number);
  if (!isRuntimeEffect(effect)) {
    await behaviour.perform?.(effect, { key: address.key, idempotencyKey, state });
    return;
  }
  if (effect.runtime === "publish") {
    const bytes = new TextEncoder().encode(JSON.stringify(effect.payload));
    const outcome = await tools.writer.append(effect.subject, bytes, { messageId: idempotencyKey });
    if (outcome.kind !== "stored") throw new Error(`${effect.subject}: ${JSON.stringify(outcome)}`);
    return;
  }
  const actor = addressText(address);
  const reply = await tools.client.ask(effect.to, effect.message, {
    by: actor,
    id: idempotencyKey,
    from: { actor, number },
    timeoutMs: tellTimeoutMs,
    trace,
    ...(effect.version === undefined ? {} : { version: effect.version }),
  });
  if (reply.ok) return;
  const { code } = reply.failure;
  const told = toldBy(code);
  if (told === "never") throw new Undeliverable(`${addressText(effect.to)} answers ${code}`);
  if (told === "later") throw new Error(`${addressText(effect.to)} answers ${code}`);
}
