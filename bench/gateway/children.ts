import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cliConfig } from "../../cli/config.ts";

export interface Child {
  readonly pid: number;
  /** Sends an order and takes the one message that answers it. */
  order<Answer>(order: unknown): Promise<Answer>;
  /** Its next message. */
  said<Answer>(): Promise<Answer>;
}

/** The processes of a measurement, so that all of them can be ended. */
export class Children {
  readonly #running = new Set<ChildProcess>();

  start(
    file: string,
    args: readonly string[] = [],
    environment: Readonly<Record<string, string>> = {},
  ): Child {
    const child = fork(file, args, {
      execArgv: ["--disable-warning=ExperimentalWarning"],
      env: { ...cliConfig().inherited, ...environment },
    });
    this.#running.add(child);
    const gone = once(child, "exit").then(([code]): never => {
      this.#running.delete(child);
      throw new Error(`${file} ended with ${String(code)}`);
    });
    gone.catch(() => undefined); // told to whoever waits for it
    const said = async <Answer>(): Promise<Answer> => {
      const [message] = (await Promise.race([once(child, "message"), gone])) as [Answer];
      return message;
    };
    return {
      pid: child.pid ?? 0,
      said,
      order: (order) => {
        child.send(order as object);
        return said();
      },
    };
  }

  async end(): Promise<void> {
    const exits = [...this.#running].map((child) => once(child, "exit"));
    for (const child of this.#running) child.kill("SIGKILL");
    await Promise.all(exits);
  }
}
