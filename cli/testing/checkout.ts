/** A flag whose whole traffic is one experiment's. */
export const checkoutFlag = {
  type: "boolean",
  variations: [
    { key: "off", value: false },
    { key: "on", value: true },
  ],
  offVariation: "off",
  fallthrough: { experiment: "checkout", otherwise: "off" },
};

/** That experiment, but for its metrics. */
export const checkoutArms = {
  flag: "checkout",
  variants: [
    { key: "control", variation: "off", weight: 5_000 },
    { key: "treatment", variation: "on", weight: 5_000 },
  ],
  control: "control",
};
