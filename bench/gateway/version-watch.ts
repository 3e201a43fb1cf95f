const member = '"configVersion":';

/** Finds when each version of a plan was first answered from. */
export class VersionWatch {
  readonly firstSeen: (readonly [version: number, atMs: number])[] = [];
  /** With what follows the number, so that version 1 is not found in 10. */
  #newest: readonly string[] = [];

  see(text: string, now: () => number): void {
    if (this.#newest.some((known) => text.includes(known))) return;
    const at = text.indexOf(member);
    if (at < 0) return;
    const version = Number.parseInt(text.slice(at + member.length, at + member.length + 15));
    this.#newest = [`${member}${version},`, `${member}${version}}`];
    if (!this.firstSeen.some(([seen]) => seen === version)) this.firstSeen.push([version, now()]);
  }
}
