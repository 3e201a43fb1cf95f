/** The systems whose files can be imported. */
export const systemNames = ["growthbook", "unleash", "launchdarkly", "flagd", "flagsmith"] as const;
export type SystemName = (typeof systemNames)[number];
