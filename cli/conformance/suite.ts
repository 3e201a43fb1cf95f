import { z } from "zod";

// The form of protocols/conformance/ofrep.json; ofrep.md beside it tells it to whoever reads it in another language.

const Request = z.strictObject({
  method: z.enum(["GET", "POST"]),
  path: z.string(),
  headers: z.record(z.string(), z.string()).optional(),
  /** Sent as JSON. */
  body: z.json().optional(),
  /** Sent as it is. */
  text: z.string().optional(),
  /** Default: `Authorization: Bearer`. */
  auth: z.enum(["none", "wrong", "api-key"]).optional(),
});

export const Step = z.strictObject({
  request: Request,
  expect: z.strictObject({
    status: z.union([z.number(), z.array(z.number())]),
    headers: z.record(z.string(), z.json()).optional(),
    body: z.json().optional(),
    text: z.string().optional(),
  }),
  /** Names for later steps: `header.NAME`, `body.MEMBER`, or `stream`, the path of the first event stream. */
  save: z.record(z.string(), z.string()).optional(),
  /** Left out when nothing was saved under this name. */
  when: z.string().optional(),
  /** The answer goes on: only its head is looked at. */
  stream: z.boolean().optional(),
});
export type Step = z.infer<typeof Step>;

export const Suite = z.strictObject({
  specVersion: z.string(),
  about: z.string(),
  flags: z.record(
    z.string(),
    z.strictObject({ key: z.string(), about: z.string(), weir: z.record(z.string(), z.json()) }),
  ),
  cases: z.array(
    z.strictObject({ name: z.string(), trap: z.number().optional(), steps: z.array(Step).min(1) }),
  ),
});
export type Suite = z.infer<typeof Suite>;
