import { html, nothing, svg, type TemplateResult } from "lit";
import { countText, dateText, valueText } from "../words/numbers.ts";
import { swatch, variantClass } from "./marks.ts";
import { timeScale, type EffectThen, type TimeScale } from "./over-time-scale.ts";

// One plot a variant, all on one scale: the difference from control at each look, and its interval as valid at that moment.
// The plots are hidden from screen readers: the sentence above each says the same in words.

export function overTime(
  effects: ReadonlyMap<string, readonly EffectThen[]>,
  variants: readonly { readonly key: string }[],
): TemplateResult {
  const scale = timeScale(effects.values());
  return html`<div class="over-time">
    ${variants.map(({ key }, index) => {
      const looks = effects.get(key);
      return looks === undefined ? nothing : plot(key, looks, scale, index);
    })}
  </div>`;
}

function plot(
  variant: string,
  looks: readonly EffectThen[],
  scale: TimeScale,
  index: number,
): TemplateResult {
  return html`<figure class=${variantClass(index)}>
    <figcaption>
      ${swatch(index)}<strong>${variant}</strong> <span class="small">${courseText(looks)}</span>
    </figcaption>
    <div class="frame" aria-hidden="true">
      <svg class="labels">
        ${scale.ticks.map(
          (tick) =>
            svg`<text x="100%" y=${`${scale.y(tick) / 10}%`} dy="4">${valueText(tick, { sign: true })}</text>`,
        )}
      </svg>
      <svg class="curve" viewBox="0 0 1000 1000" preserveAspectRatio="none">
        ${scale.ticks.map((tick) => svg`<path class="grid" d=${`M0 ${scale.y(tick)} H1000`}></path>`)}
        <path class="zero" d=${`M0 ${scale.y(0)} H1000`}></path>
        <path class="band" d=${bandPath(looks, scale)}></path>
        <path class="line" d=${linePath(looks, scale)}></path>
        ${planChanges(looks).map((at) => svg`<path class="plan" d=${`M${scale.x(at)} 0 V1000`}></path>`)}
      </svg>
    </div>
    <p class="span muted small" aria-hidden="true">
      <span>${dateText(scale.from)}</span><span>${dateText(scale.to)}</span>
    </p>
  </figure>`;
}

/** The plot in words. */
function courseText(looks: readonly EffectThen[]): string {
  const [first, last] = [looks[0], looks.at(-1)];
  if (first === undefined || last === undefined) return "";
  const text = ({ difference, interval: [low, high], units }: EffectThen): string =>
    `${valueText(difference, { sign: true })} (${valueText(low, { sign: true })} to ${valueText(high, { sign: true })}) at ${countText(units)} people`;
  const replanned = planChanges(looks).length > 0 ? " The plan was changed on the way." : "";
  return looks.length === 1 ? `${text(last)}.` : `From ${text(first)} to ${text(last)}.${replanned}`;
}

/** When a look was the first under another plan. */
const planChanges = (looks: readonly EffectThen[]): readonly number[] =>
  looks
    .filter(({ planVersion }, index) => index > 0 && planVersion !== looks[index - 1]?.planVersion)
    .map(({ at }) => at);

const point = (x: number, y: number): string => `${x.toFixed(1)} ${y.toFixed(1)}`;

const linePath = (looks: readonly EffectThen[], { x, y }: TimeScale): string =>
  `M${looks.map(({ at, difference }) => point(x(at), y(difference))).join(" L")}`;

function bandPath(looks: readonly EffectThen[], { x, y }: TimeScale): string {
  const upper = looks.map(({ at, interval }) => point(x(at), y(interval[1])));
  const lower = looks.toReversed().map(({ at, interval }) => point(x(at), y(interval[0])));
  return `M${[...upper, ...lower].join(" L")} Z`;
}
