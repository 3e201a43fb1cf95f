// Known bugs, each as a small change of the source. A simulation that does not notice one of them proves nothing about
// its kind. The text that is replaced must occur exactly once, so that a bug cannot get lost when the code moves on.

export interface Edit {
  readonly file: string;
  readonly find: string;
  readonly put: string;
}

export interface PlantedBug {
  readonly name: string;
  readonly edits: readonly Edit[];
  /** Takes hundreds of seeds: it needs two accidents at the same time. */
  readonly rare?: true;
}

const entity = "runtime/entity";
const life = `${entity}/life.ts`;
const loading = `${entity}/loading.ts`;

export const plantedBugs: readonly PlantedBug[] = [
  {
    name: "reply before append",
    edits: [
      {
        file: life,
        find: "const outcome = await this.#settle(group, done);",
        put: "for (const { written, answer } of group) answer(written.reply);\n    const outcome = await this.#settle(group, done);",
      },
    ],
  },
  {
    name: "missing epoch check",
    edits: [
      {
        file: loading,
        find: "if ((tail.commit?.epoch ?? 0) > ownership.epoch) {",
        put: "if (ownership.epoch < 0) {",
      },
    ],
  },
  {
    name: "dedupe off",
    edits: [{ file: `${entity}/remembered.ts`, find: "this.#replies.set(id, reply);", put: "" }],
  },
  {
    name: "snapshot of an entity one commit off",
    edits: [
      {
        file: `${entity}/envelope.ts`,
        find: "position: position.sequence, bytes: serialize(content)",
        put: "position: position.sequence - 1, bytes: serialize(content)",
      },
    ],
  },
  {
    name: "snapshot of a fold one message off",
    edits: [
      {
        file: "runtime/folds/fold-snapshots.ts",
        find: "await snapshots.save(this.#address, {\n        version,\n        position,",
        put: "await snapshots.save(this.#address, {\n        version,\n        position: position - 1,",
      },
    ],
  },
  {
    name: "poison passed without its letter",
    rare: true,
    edits: [
      {
        file: "runtime/folds/fold-actor.ts",
        find: "if (this.#stopping.signal.aborted) this.#unwritten = true;",
        put: "",
      },
    ],
  },
  {
    name: "snapshot without the command ids",
    edits: [
      {
        file: `${entity}/envelope.ts`,
        find: "remembered: remembered.entries(),",
        put: "remembered: { replies: [], heard: [] },",
      },
    ],
  },
  {
    name: "timer fired twice",
    edits: [
      {
        file: `${entity}/entity.ts`,
        find: "await (this.#due.get(command.id) ?? this.#accept(command, timer));",
        put: "void this.#accept({ ...command, id: `${command.id}/again` });\n    await (this.#due.get(command.id) ?? this.#accept(command, timer));",
      },
    ],
  },
  {
    name: "timer's end not written",
    edits: [
      {
        file: `${entity}/step.ts`,
        find: "...(timer === undefined ? {} : { fired: { name: timer.name, number: timer.number } }),",
        put: "",
      },
    ],
  },
  {
    name: "timer not noted for the next owner",
    rare: true, // an effect of the same actor mostly leaves a note as well
    edits: [
      {
        file: life,
        find: "if (next !== undefined && sets) await note.before(next.at);",
        put: "if (next !== undefined && sets) await note.learn();",
      },
    ],
  },
  {
    name: "effect before its commit",
    edits: [
      {
        file: life,
        find: "const outcome = await this.#settle(group, done);",
        put: `let last = this.#committed.effects;
    for (const { written } of group) {
      const early = effectsOf(written, last);
      last += early.length;
      this.#parts.outbox.add(early);
    }
    const outcome = await this.#settle(group, done);`,
      },
      { file: life, find: "this.#parts.outbox.add(due);", put: "" },
    ],
  },
  {
    name: "effects marked before they are performed",
    edits: [
      {
        file: life,
        find: "const done = this.#parts.outbox.done;",
        put: "const done = this.#parts.outbox.pending.at(-1)?.number ?? this.#parts.outbox.done;",
      },
    ],
  },
  {
    name: "effects forgotten by a crash",
    edits: [
      {
        file: `${entity}/envelope.ts`,
        find: "[...pending, ...effectsOf(step, envelope.effects)]",
        put: "[...pending]",
      },
    ],
  },
  {
    name: "read of what is not written yet",
    edits: [
      {
        file: life,
        find: "if (this.#speculative === this.#committed) this.#answerReader(reader);",
        put: "if (this.#forming !== undefined) this.#answerReader(reader);",
      },
    ],
  },
  {
    name: "reads not vouched",
    edits: [
      {
        file: life,
        find: "if (this.#parts.ownership.vouched()) return pending.answer(reply);",
        put: "if (this.#parts.ownership !== undefined) return pending.answer(reply);",
      },
    ],
  },
  {
    name: "fence left out",
    rare: true,
    edits: [
      {
        file: loading,
        find: "settleAppend(tools.journal, { subject, expected: tail.sequence, cid, data }, settling), // O2",
        put: 'Promise.resolve<{ kind: string; sequence: number }>({ kind: "stored", sequence: tail.sequence }),',
      },
      {
        file: loading,
        find: "kept.position.sequence < fence.sequence",
        put: "kept.position.sequence <= fence.sequence",
      },
      { file: loading, find: "? [{ sequence: fence.sequence, data }]", put: "? []" },
      {
        file: loading,
        find: "if (restored.position.cid !== cid)",
        put: 'if (restored.position.cid !== (tail.commit?.cid ?? ""))',
      },
    ],
  },
  {
    name: "sleep forgets what is left to do",
    edits: [
      {
        file: "runtime/hosting/shard.ts",
        find: "if (wakeAt !== undefined && !this.#closed) this.#sleeping.add(address, wakeAt);",
        put: "",
      },
    ],
  },
  {
    name: "sleep between two lives forgets what is left",
    rare: true,
    edits: [
      {
        file: `${entity}/entity.ts`,
        find: 'return this.#state.kind === "loading" || this.#due',
        put: "return this.#due",
      },
      {
        file: `${entity}/entity.ts`,
        find: 'if (state.kind === "loading") return now;',
        put: 'if (state.kind === "loading") return undefined;',
      },
    ],
  },
  {
    name: "newer snapshot read as if it were ours",
    edits: [
      {
        file: "runtime/ports/snapshots.ts",
        find: "if (kept.version === version) return true;",
        put: "if (kept.version >= version) return true;",
      },
    ],
  },
  {
    name: "newer events passed over behind a snapshot",
    rare: true, // of all that the newer program wrote, only fences may stand behind it
    edits: [{ file: `${entity}/envelope.ts`, find: " || (content.v ?? 1) > eventVersion", put: "" }],
  },
  {
    name: "newer events applied as if they were ours",
    edits: [{ file: `${entity}/envelope.ts`, find: "if (found > supported) {", put: "if (found < 0) {" }],
  },
  {
    name: "newer message handled as if it were ours",
    edits: [
      {
        file: `${entity}/step.ts`,
        find: 'if (found > supported) return fail({ code: "newer_version", what: "message", found, supported });',
        put: "",
      },
    ],
  },
  {
    name: "timer's message read by the version of who fires it",
    edits: [
      {
        file: `${entity}/entity.ts`,
        find: "const { v = 1, message } = timer;",
        put: "const { message } = timer;\n    const v = this.#behaviour.messageVersion ?? 1;",
      },
    ],
  },
  {
    name: "newer record set aside as if it were broken",
    edits: [
      {
        file: "runtime/folds/fold-actor.ts",
        find: "if (isOfNewerVersion(error)) throw error; // S6",
        put: "if (isOfNewerVersion(this)) throw error;",
      },
    ],
  },
  {
    name: "purge of what was not read goes untold",
    edits: [
      {
        file: "runtime/folds/reading.ts",
        find: "if (this.#covered !== undefined && first > this.#covered + 1)",
        put: "if (this.#covered !== undefined && first < 0)",
      },
    ],
  },
  {
    name: "an own claim that nobody serves is kept",
    rare: true,
    edits: [
      {
        file: "runtime/ownership/lease-keeper.ts",
        find: "} else if (!owned && this.#view.isOurs(shard) && !this.#view.prefersUs(shard, nowMs)) {",
        put: "} else if (!owned && nowMs < 0) {",
      },
    ],
  },
];
