import type { ResponseStream } from "./http.ts";

/** What a stream needs of the library's response object. */
interface StreamedResponse {
  write(chunk: string): boolean;
  end(): unknown;
  close(): unknown;
  cork(callback: () => void): unknown;
  onWritable(handler: (offset: number) => boolean): unknown;
  onAborted(handler: () => void): unknown;
}

/**
 * Wraps a response that has sent its head. The library crashes the process when a dead response is touched, so every
 * method looks at `isClosed` first.
 */
export function openStream(res: StreamedResponse): ResponseStream {
  let isClosed = false;
  let drained: (() => void) | undefined;
  const closeListeners: (() => void)[] = [];
  const closed = (): void => {
    if (isClosed) return;
    isClosed = true;
    for (const listener of closeListeners) listener();
  };
  res.onAborted(closed);
  res.onWritable(() => {
    drained?.();
    return true;
  });
  return {
    get closed() {
      return isClosed;
    },
    write(chunk) {
      if (isClosed) return true;
      let accepted = true;
      res.cork(() => (accepted = res.write(chunk)));
      return accepted;
    },
    onDrain: (listener) => (drained = listener),
    onClose: (listener) => closeListeners.push(listener),
    end() {
      if (isClosed) return;
      res.cork(() => res.end());
      closed();
    },
    destroy() {
      if (isClosed) return;
      res.close(); // calls onAborted
      closed();
    },
  };
}
