import { demoExperiment } from "./truth.ts";

// The flags of the demonstration: each type, and rules as teams really write them.

export const demoFlags: readonly { readonly key: string; readonly [member: string]: unknown }[] = [
  {
    key: demoExperiment.flag,
    name: "Colour of the checkout button",
    description: "Green promises more purchases; the experiment of the same name finds out.",
    type: "string",
    variations: [
      { key: "blue", value: "#1d4ed8", name: "Blue (today's)" },
      { key: "green", value: "#15803d", name: "Green" },
    ],
    offVariation: "blue",
    fallthrough: { experiment: demoExperiment.key, otherwise: "blue" },
    tags: ["checkout", "experiment"],
    owner: "growth",
  },
  {
    key: "new-search",
    name: "New search",
    description: "Rolled out to a quarter of the users, and to everybody who tests for us.",
    type: "boolean",
    variations: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    offVariation: "off",
    rules: [
      {
        id: "staff",
        name: "Staff see it",
        when: { attribute: "email", op: "ends_with", value: "@weir.example" },
        serve: { variation: "on" },
      },
      {
        id: "old-apps",
        name: "Too old to show it",
        when: { attribute: "appVersion", op: "semver_lt", value: "2.4.0" },
        serve: { variation: "off" },
      },
    ],
    fallthrough: {
      split: [
        { variation: "on", weight: 2_500 },
        { variation: "off", weight: 7_500 },
      ],
    },
    tags: ["search", "rollout"],
    owner: "discovery",
  },
  {
    key: "free-shipping-threshold",
    name: "Free shipping from",
    description: "Order value, in the shop's currency, from which shipping is free.",
    type: "number",
    variations: [
      { key: "standard", value: 50 },
      { key: "low", value: 35 },
      { key: "none", value: 0, name: "Always free" },
    ],
    offVariation: "standard",
    rules: [
      {
        id: "premium",
        when: { attribute: "plan", op: "eq", value: "premium" },
        serve: { variation: "none" },
      },
      {
        id: "nordics",
        when: { attribute: "country", op: "in", value: ["SE", "NO", "DK", "FI"] },
        serve: { variation: "low" },
      },
    ],
    fallthrough: { variation: "standard" },
    tags: ["checkout", "pricing"],
    owner: "commerce",
  },
  {
    key: "recommendation-model",
    name: "Recommendation model",
    description: "Which model ranks products, and with what settings.",
    type: "json",
    variations: [
      { key: "popular", value: { model: "popularity", version: 3, limit: 12 } },
      { key: "embedding", value: { model: "two-tower", version: 7, limit: 24, diversity: 0.3 } },
    ],
    offVariation: "popular",
    rules: [
      {
        id: "big-screens",
        name: "Room for more",
        when: {
          all: [
            { attribute: "device", op: "eq", value: "desktop" },
            { attribute: "plan", op: "neq", value: "trial" },
          ],
        },
        serve: { variation: "embedding" },
      },
    ],
    fallthrough: { variation: "popular" },
    tags: ["ml", "recommendations"],
    owner: "ml-platform",
  },
  {
    key: "welcome-message",
    name: "Welcome message",
    type: "string",
    variations: [
      { key: "english", value: "Welcome back" },
      { key: "german", value: "Willkommen zurück" },
      { key: "french", value: "Heureux de vous revoir" },
    ],
    offVariation: "english",
    rules: [
      {
        id: "german",
        when: { attribute: "country", op: "in", value: ["DE", "AT"] },
        serve: { variation: "german" },
      },
      { id: "french", when: { attribute: "country", op: "eq", value: "FR" }, serve: { variation: "french" } },
    ],
    fallthrough: { variation: "english" },
    tags: ["content"],
    owner: "content",
  },
  {
    key: "one-click-reorder",
    name: "Order again with one click",
    description:
      "Only where the new search is on, since it shares its index. Switched off for everybody during the audit.",
    type: "boolean",
    variations: [
      { key: "on", value: true },
      { key: "off", value: false },
    ],
    offVariation: "off",
    prerequisites: [{ flag: "new-search", variations: ["on"] }],
    fallthrough: { variation: "on" },
    enabled: false,
    tags: ["checkout"],
    owner: "commerce",
  },
];
