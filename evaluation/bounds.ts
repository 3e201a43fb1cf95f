/** Levels of all, any and not. Rule builders show three; 32 keep every walk far from the end of the stack. */
export const conditionDepthMax = 32;

/**
 * Evaluations that one flag with its prerequisites, or one segment with the segments inside it, may cost, counted
 * along every path: two prerequisites on each of 32 levels would be 2^32. At 50 ns each, 1 000 are 50 µs.
 */
export const expansionCostMax = 1_000;

/**
 * Segments inside segments, and prerequisites of prerequisites. With 32 levels of conditions in each of 32 segments a
 * walk is a thousand calls deep, a tenth of the stack.
 */
export const referenceDepthMax = 32;

/** Levels of arrays and objects in a variation's value. */
export const valueDepthMax = 100;
