/** Milliseconds that all processes of this machine count alike: one's sending and another's receiving can be compared. */
export const machineMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
