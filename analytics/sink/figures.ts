/** What a sink has done since it started, for whoever asks. */
export interface SinkFigures {
  /** Rows and blocks that are in ClickHouse. */
  rows: number;
  blocks: number;
  /** Inserts and look-ups that did not succeed. */
  retries: number;
  /** 1 while nobody knows whether the block under way is there. */
  inDoubt: number;
  /** When the stream took the last acknowledged message, epoch ms; 0 before the first. */
  acknowledgedTime: number;
  /** Messages that held no batch. */
  poisonous: number;
}

export const noFigures = (): SinkFigures => ({
  rows: 0,
  blocks: 0,
  retries: 0,
  inDoubt: 0,
  acknowledgedTime: 0,
  poisonous: 0,
});
