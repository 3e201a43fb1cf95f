import type { Api, Session } from "./api.ts";
import type { Clock } from "./clock.ts";
import type { Navigator } from "./navigation.ts";
import type { Live } from "./rpc.ts";
import type { Question } from "./ui/confirm.ts";

/** What the shell hands to each page. */
export interface Services {
  readonly api: Api;
  readonly live: Live;
  readonly clock: Clock;
  readonly navigator: Navigator;
  /** Asks before something that matters; false when the reader thinks better of it. */
  confirm(question: Question): Promise<boolean>;
  /** Says something to a screen reader. */
  announce(text: string): void;
}

/** The one environment everything on screen belongs to. */
export interface Place {
  readonly env: string;
  readonly envName: string;
  readonly production: boolean;
  readonly session: Session;
}

/** Buttons that would be refused are not offered. The gateway decides all the same. */
export const mayWrite = ({ session }: Place): boolean =>
  session.scopes.includes("experiments:write") || session.scopes.includes("admin");
