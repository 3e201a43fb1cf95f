// What a client tells `onError`. Nothing of this is ever thrown at the application.

export type Notice =
  /** The service could not be reached, or answered an error; it is tried again. */
  | {
      readonly code: "unreachable";
      readonly doing: Doing;
      readonly message: string;
      readonly status?: number;
    }
  /** 401 or 403: the token is wrong for this. Tried again, slowly: it may be granted later. */
  | { readonly code: "refused"; readonly doing: Doing; readonly status: number }
  /** A configuration came that does not match its own etag, or is of an unknown format. The old one stays. */
  | { readonly code: "bad_configuration"; readonly reason: string }
  /** The service turned single events down; they are not sent again. */
  | { readonly code: "events_rejected"; readonly count: number; readonly first: string }
  /** The queue was full; the oldest events were let go. */
  | { readonly code: "events_dropped"; readonly count: number };

export type Doing = "poll" | "stream" | "events";
export type NoticeListener = (notice: Notice) => void;

export const messageOf = (error: unknown): string =>
  error instanceof Error
    ? error.cause instanceof Error
      ? `${error.message}: ${error.cause.message}`
      : error.message
    : String(error);
