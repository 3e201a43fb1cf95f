import type { AutomaticPause } from "./automatic-pause.ts";
import type { Page } from "./environment-messages.ts";
import type { TimelinePoint } from "./monitor.ts";

/** One look at an experiment, and what each comparison said then. */
export interface TimelineLook extends Omit<TimelinePoint, "cells"> {
  /** Those that had an answer. */
  readonly effects: readonly {
    readonly variant: string;
    readonly metric: string;
    readonly difference: number;
    /** As it was valid at that moment. */
    readonly interval: readonly [number, number];
    readonly pValue: number;
  }[];
}

/** `GET /v1/experiments/{key}/timeline`, oldest first. */
export interface Timeline extends Page<TimelineLook> {
  /** When Weir paused the experiment by itself and why, in any phase, oldest first. Absent: never. */
  readonly automaticPauses?: readonly AutomaticPause[];
}
