/** How the sources do, in signs and words. */

import type { SourceHealth } from "../bindings/SourceHealth";
import type { Tone } from "../bindings/Tone";
import type { IconName } from "../parts/icons";
import { TONES } from "../parts/tones";

/** A sign and a word for each tone, so that neither colour nor shape stands alone. */
export const SIGNS: Record<Tone, { icon: IconName; words: string }> = {
  good: { icon: TONES.good, words: "All well" },
  plain: { icon: TONES.plain, words: "Under way" },
  warning: { icon: TONES.warning, words: "Catching up" },
  bad: { icon: TONES.bad, words: "Needs attention" },
};

const URGENCY: readonly Tone[] = ["good", "plain", "warning", "bad"];

/** The most urgent tone of all sources. */
export function worst(sources: readonly SourceHealth[]): Tone {
  const most = Math.max(0, ...sources.map(({ tone }) => URGENCY.indexOf(tone)));
  return URGENCY[most] ?? "plain";
}

/** How large a sparkline is drawn, in CSS pixels. */
export const SPARK = { width: 80, height: 20 } as const;

/** Room around the line, so that its ends and its thickness are not cut. */
const EDGE = 1.5;

/**
 * The points of a sparkline, the oldest at the left. It begins at nought, so that a little more never looks like a lot;
 * nothing for fewer than two values, which are no line.
 */
export function sparkline(values: readonly number[]): string {
  if (values.length < 2) return "";
  const most = Math.max(...values, 1);
  const step = (SPARK.width - 2 * EDGE) / (values.length - 1);
  const place = (value: number) => SPARK.height - EDGE - (Math.max(0, value) / most) * (SPARK.height - 2 * EDGE);
  return values.map((value, at) => `${round(EDGE + at * step)},${round(place(value))}`).join(" ");
}

function round(number: number): number {
  return Math.round(number * 10) / 10;
}
