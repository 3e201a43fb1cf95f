/** How many would notice a new version, by sampling units and contexts. */
export interface BlastRadius {
  /** Units sampled. */
  readonly units: number;
  /** Share of them, 0 to 1, whose variation of any flag changes. */
  readonly share: number;
  /** Flags that change for anybody, the widest first. */
  readonly flags: readonly FlagBlast[];
}

export interface FlagBlast {
  readonly flag: string;
  readonly share: number;
  readonly moves: readonly { readonly from?: string; readonly to?: string; readonly share: number }[];
}
