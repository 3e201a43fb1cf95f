/** One comparison in SQL. */
export interface Test {
  /** What the rest names, each once computed and in terms of those before it. */
  readonly names?: readonly (readonly [name: string, sql: string])[];
  /** Whether the property is there, and of a type that can be compared. */
  readonly isFit: string;
  readonly holds: string;
}
