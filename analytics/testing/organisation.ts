import type { EnvironmentKey } from "../../protocols/ids.ts";

/** The organisation's document with one project and this one environment, as its bucket holds it. */
export const organisationText = (key: EnvironmentKey, partitions: number): string =>
  JSON.stringify({
    version: 1,
    projects: [{ key: "p", name: "P" }],
    environments: [
      { key, project: "p", name: "P", production: true, partitions, createdAt: 0, archived: false },
    ],
    tokens: [],
  });
