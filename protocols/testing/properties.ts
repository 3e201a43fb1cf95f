import fc from "fast-check";

// Property tests draw the same cases every time, so that a run says something about the change and not about its luck.
// PROPERTY_SEED=<number> draws others: what it finds becomes a case of its own.

const seedDefault = 20_260_117;

fc.configureGlobal({ seed: Number(process.env["PROPERTY_SEED"] ?? seedDefault) });

export { fc };
