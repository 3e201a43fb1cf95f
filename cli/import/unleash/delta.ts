import { z } from "zod";
import { Feature, type Features, SegmentOf } from "./features.ts";

// The other form of the same content: what happened to it, in order. Clients that keep it up to date get this one.

export const Delta = z.looseObject({
  events: z.array(
    z.discriminatedUnion("type", [
      z.looseObject({
        type: z.literal("hydration"),
        features: z.array(Feature),
        segments: z.array(SegmentOf).nullish(),
      }),
      z.looseObject({ type: z.literal("feature-updated"), feature: Feature }),
      z.looseObject({ type: z.literal("feature-removed"), featureName: z.string() }),
      z.looseObject({ type: z.literal("segment-updated"), segment: SegmentOf }),
      z.looseObject({ type: z.literal("segment-removed"), segmentId: z.number() }),
    ]),
  ),
});
export type Delta = z.infer<typeof Delta>;

export function featuresOf({ events }: Delta): Features {
  const features = new Map<string, Feature>();
  const segments = new Map<number, SegmentOf>();
  for (const event of events)
    switch (event.type) {
      case "hydration":
        features.clear();
        segments.clear();
        for (const feature of event.features) features.set(feature.name, feature);
        for (const segment of event.segments ?? []) segments.set(segment.id, segment);
        break;
      case "feature-updated":
        features.set(event.feature.name, event.feature);
        break;
      case "feature-removed":
        features.delete(event.featureName);
        break;
      case "segment-updated":
        segments.set(event.segment.id, event.segment);
        break;
      case "segment-removed":
        segments.delete(event.segmentId);
        break;
    }
  return { features: [...features.values()], segments: [...segments.values()] };
}
