import type {
  Page,
  PublishedVersion,
  PublishReceipt,
  Revision,
  Versioned,
} from "../../protocols/environment-messages.ts";
import { routes } from "../../protocols/routes.ts";
import { Api } from "../api.ts";
import { environmentName } from "../environment-name.ts";
import { usageFailure } from "../failure.ts";
import type { Target, TargetOptions } from "../target.ts";
import { revisionsText, versionsText } from "./text.ts";

export interface HistoryArguments extends TargetOptions {
  readonly env?: string;
  readonly limit: number;
  readonly restore?: number;
  readonly json?: boolean;
}

const itemsPerPageMax = 100;

/** `weir history`: the text to print. */
export async function historyCommand(
  target: Target,
  entity: string | undefined,
  options: HistoryArguments,
): Promise<string> {
  const api = new Api(target);
  const environment = await environmentName(api, options.env);
  const { limit, restore, json } = options;
  if (restore !== undefined) {
    if (entity === undefined) throw usageFailure("--restore needs the entity, as in flags/checkout");
    return restored(api, { environment, entity, version: restore }, json === true);
  }
  if (entity === undefined) {
    const versions = await newest<PublishedVersion>(api, { env: environment }, limit);
    return json === true ? JSON.stringify(versions, undefined, 2) : versionsText(environment, versions);
  }
  // One more than is shown says what the oldest one changed.
  const revisions = await newest<Revision>(api, { env: environment, entity }, limit + 1);
  const shown = revisions.slice(0, limit);
  return json === true ? JSON.stringify(shown, undefined, 2) : revisionsText(entity, shown, revisions[limit]);
}

async function newest<Item>(
  api: Api,
  asked: Readonly<Record<string, string>>,
  limit: number,
): Promise<readonly Item[]> {
  const { method, path } = routes.history;
  const items: Item[] = [];
  let cursor: string | number | undefined;
  do {
    const count = Math.min(itemsPerPageMax, limit - items.length);
    const at = cursor === undefined ? {} : { cursor: String(cursor) };
    const page = await api.call<Page<Item>>(method, path, {
      query: { ...asked, limit: String(count), ...at },
    });
    items.push(...page.items);
    cursor = page.next;
  } while (cursor !== undefined && items.length < limit);
  return items;
}

async function restored(
  api: Api,
  { environment, entity, version }: { environment: string; entity: string; version: number },
  json: boolean,
): Promise<string> {
  const { method, path } = routes.restoreEntity;
  const value = await api.call<Versioned<unknown> | PublishReceipt>(method, path, {
    body: { entity, version },
    query: { env: environment },
  });
  if (json) return JSON.stringify(value, undefined, 2);
  return "etag" in value
    ? `${entity} is as it was in version ${version}, published in version ${value.version} of ${environment}.`
    : `${entity} is as it was in version ${version}. Its version ${value.version} is a draft: publish it to make it count.`;
}
