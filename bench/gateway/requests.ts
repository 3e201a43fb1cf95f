/** The one token of the bench: a server's. */
export const token = `weir_s${"b".repeat(32)}`;

/** In a request, the generator writes a new number here each time: eight digits, so that no length changes. */
export const serialMark = "@@@@@@@@";

/** What a context of six attributes looks like. */
const attributes = { country: "DE", plan: "pro", appVersion: "3.14.1", platform: "ios", age: 41 };

export interface Post {
  readonly path: string;
  readonly body: string;
}

export const evaluatePost = (envKey: string, flagKey: string, user = "user-48213"): Post => ({
  path: "/evaluate",
  body: JSON.stringify({ envKey, flagKey, context: { targetingKey: user, ...attributes } }),
});

export const ofrepBulkPost = (envKey: string, user: string): Post => ({
  path: `/ofrep/v1/evaluate/flags?env=${envKey}`,
  body: JSON.stringify({ context: { targetingKey: user, ...attributes } }),
});

/** As it goes over the wire to the gateway of these benches. */
export const wireText = (post: Post): string => wireTextWith(token, post);

export const wireTextWith = (bearer: string, { path, body }: Post): string =>
  [
    `POST ${path} HTTP/1.1`,
    "Host: bench",
    "Content-Type: application/json",
    `Authorization: Bearer ${bearer}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    "",
    body,
  ].join("\r\n");
