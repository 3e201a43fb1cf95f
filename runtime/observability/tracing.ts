/** One timed piece of work. */
export interface Span {
  /**
   * W3C `traceparent` for whoever continues the trace; undefined when there is no tracing at all. A trace that was not
   * chosen says so in its last two digits, so that nobody downstream begins another in its place.
   */
  readonly context: string | undefined;
  /** Ends it; with an error, as failed. Once. */
  end(error?: unknown): void;
}

export interface Tracer {
  span(
    name: string,
    options?: {
      /** W3C `traceparent` of the piece this one belongs to. */
      readonly parent?: string | undefined;
      readonly attributes?: Readonly<Record<string, string | number>>;
    },
  ): Span;
}

const noSpan: Span = { context: undefined, end: () => {} };
/** Records nothing and costs nothing. */
export const noTracer: Tracer = { span: () => noSpan };
