// The demonstration's simulated users have a true effect that is known, so that the results can be held against it.

export const demoEnvironment = "demo";

export const demoExperiment = {
  key: "checkout-button",
  flag: "checkout-button",
  control: "blue",
  treatment: "green",
} as const;

/** Chance of a visitor to buy, by variant: two points more with green. */
export const purchaseChance = { blue: 0.1, green: 0.12 } as const;

/** Mean value of an order, the same for both, so that revenue a visitor follows purchases. */
export const orderValueMean = 40;
/** Of the logarithm: orders from about 13 to about 90 are usual. */
export const orderValueSpread = 0.5;

export const demoMetrics = [
  { key: "purchase", name: "Bought something", definition: { type: "binary", event: "purchase" } },
  { key: "revenue", name: "Revenue a visitor", definition: { type: "sum", event: "purchase" } },
  {
    key: "revenue-per-order",
    name: "Revenue an order",
    definition: {
      type: "ratio",
      numerator: { event: "purchase", aggregate: "sum" },
      denominator: { event: "purchase", aggregate: "count" },
    },
  },
] as const;

/** The truth in one paragraph, for the terminal. */
export function truthText(): string {
  const { blue, green } = purchaseChance;
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  return [
    `True effect of ${demoExperiment.key} (green against blue):`,
    `  purchase           ${percent(blue)} → ${percent(green)}, difference ${(green - blue).toFixed(3)}`,
    `  revenue            ${(blue * orderValueMean).toFixed(2)} → ${(green * orderValueMean).toFixed(2)}, difference ${((green - blue) * orderValueMean).toFixed(2)}`,
    `  revenue-per-order  ${orderValueMean.toFixed(2)} → ${orderValueMean.toFixed(2)}, no difference`,
  ].join("\n");
}
