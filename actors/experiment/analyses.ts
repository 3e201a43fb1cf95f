import type { Messaging } from "../../runtime/index.ts";
import type { AnalyseRequest } from "../../protocols/analytics-messages.ts";
import type { Answer } from "../../protocols/failures.ts";
import type { Analysis } from "../../protocols/results.ts";
import { subjects } from "../../protocols/topology.ts";

const timeoutMs = 5_000;
/** Times that are told in days, and answers from rows, may be so much older than their sums. */
const freshMs = 10_000;
/** With and without days and dimensions. */
const keptMax = 2;

interface Kept {
  readonly request: AnalyseRequest;
  readonly analysis: Analysis;
}

/** Statistics of an experiment's sums, by whichever analytics process is free. The same sums are computed once. */
export class Analyses {
  readonly #messaging: Messaging;
  readonly #kept = new Map<string, Kept>();

  constructor(messaging: Messaging) {
    this.#messaging = messaging;
  }

  /** @param version names the sums; undefined where they have none, and are computed each time */
  async of(request: AnalyseRequest, version?: string): Promise<Answer<Analysis>> {
    const kept = version === undefined ? undefined : this.#kept.get(version);
    if (kept !== undefined && isSame(kept.request, request)) return { ok: true, value: kept.analysis };
    const answer = (await this.#messaging.request<Analysis>(subjects.analyse, request, {
      timeoutMs,
    })) as Answer<Analysis>;
    if (answer.ok && version !== undefined) this.#keep(version, { request, analysis: answer.value });
    return answer;
  }

  #keep(version: string, kept: Kept): void {
    this.#kept.delete(version);
    this.#kept.set(version, kept);
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= keptMax) break;
      this.#kept.delete(oldest);
    }
  }
}

/** After the same looks, and not long ago. */
const isSame = (before: AnalyseRequest, now: AnalyseRequest): boolean =>
  before.monitor === now.monitor && (now.at ?? 0) - (before.at ?? 0) < freshMs;
