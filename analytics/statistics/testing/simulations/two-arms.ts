/** Running mean and deviations of two arms that take turns (Welford). */
export class TwoArms {
  readonly counts = [0, 0];
  readonly means = [0, 0];
  readonly deviations = [0, 0];

  add(arm: number, value: number): void {
    const count = (this.counts[arm] ?? 0) + 1;
    const delta = value - (this.means[arm] ?? 0);
    const mean = (this.means[arm] ?? 0) + delta / count;
    this.counts[arm] = count;
    this.means[arm] = mean;
    this.deviations[arm] = (this.deviations[arm] ?? 0) + delta * (value - mean);
  }

  get effect(): number {
    return (this.means[1] ?? 0) - (this.means[0] ?? 0);
  }

  get standardError(): number {
    const ofMean = (arm: number): number =>
      (this.deviations[arm] ?? 0) / ((this.counts[arm] ?? 0) - 1) / (this.counts[arm] ?? 1);
    return Math.sqrt(ofMean(0) + ofMean(1));
  }

  get t(): number {
    const [m = 0, n = 0] = this.counts;
    const variance = ((this.deviations[0] ?? 0) + (this.deviations[1] ?? 0)) / (m + n - 2);
    return this.effect / Math.sqrt(variance * (1 / m + 1 / n));
  }
}
