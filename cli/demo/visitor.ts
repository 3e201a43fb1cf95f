import type { Context, WeirClient } from "../../sdk/node/index.ts";
import type { Dice } from "./dice.ts";
import { demoExperiment, orderValueMean, orderValueSpread, purchaseChance } from "./truth.ts";

const countries = ["DE", "DE", "AT", "FR", "SE", "US", "US", "US", "GB", "PL"] as const;
const plans = ["free", "free", "free", "standard", "premium", "trial"] as const;
const devices = ["mobile", "mobile", "desktop", "tablet"] as const;
const versions = ["2.2.0", "2.4.0", "2.5.1", "3.0.0"] as const;

/** What of a client a visit needs. */
export type Shop = Pick<WeirClient, "boolean" | "string" | "number" | "json" | "details" | "track">;

/** One user comes to the shop, is shown what the flags say, and perhaps buys. True when they did. */
export function visit(shop: Shop, targetingKey: string, dice: Dice): boolean {
  const context: Context = {
    targetingKey,
    country: dice.pick(countries),
    plan: dice.pick(plans),
    device: dice.pick(devices),
    appVersion: dice.pick(versions),
  };
  shop.string("welcome-message", context, "Welcome back");
  shop.boolean("new-search", context, false);
  shop.json("recommendation-model", context, {});
  shop.number("free-shipping-threshold", context, 50);
  const button = shop.details(demoExperiment.flag, context, "#1d4ed8");
  const buys = dice.chance(button.variant === "green" ? purchaseChance.green : purchaseChance.blue);
  if (buys) shop.track(context, "purchase", { value: orderValue(dice) });
  return buys;
}

/** Whole cents. */
const orderValue = (dice: Dice): number =>
  Math.round(dice.amount(orderValueMean, orderValueSpread) * 100) / 100;
