/** A host that went away has its shards with others after a lease's life: seconds. Longer is worth an answer. */
export const asideDeadlineMs = 10_000;
