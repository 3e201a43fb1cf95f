import type { Answer, FlagSpec, Person } from "./cases.ts";

/** What a contestant says of one person; of kinds a and b most say true and false. */
export type Said = Answer | boolean | undefined;

export type Decide = (person: number) => Said;
export type DecideLater = (person: number) => Promise<Said>;

/** Loaded with the flags; `of` gives the call that an application would make for one of them. */
export type Ready =
  | { readonly kind: "at once"; readonly of: (flag: FlagSpec) => Decide }
  | { readonly kind: "later"; readonly of: (flag: FlagSpec) => DecideLater };

/** Gets its people in the form it wants them in before the clock runs, as an application has them at hand. */
export type Open = (
  flags: readonly FlagSpec[],
  people: readonly Person[],
  load: LoadPackage,
) => Ready | Promise<Ready>;

/** Loads a peer's package from where it was installed. */
export type LoadPackage = (name: string) => unknown;
