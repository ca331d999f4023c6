/** How the sources do, in signs and words. */

import type { SourceHealth } from "../bindings/SourceHealth";
import type { Tone } from "../bindings/Tone";
import type { IconName } from "../parts/icons";

/** A sign and a word for each tone, so that neither colour nor shape stands alone. */
export const SIGNS: Record<Tone, { icon: IconName; words: string }> = {
  good: { icon: "pass", words: "All well" },
  plain: { icon: "info", words: "Under way" },
  warning: { icon: "warning", words: "Catching up" },
  bad: { icon: "fail", words: "Needs attention" },
};

const URGENCY: readonly Tone[] = ["good", "plain", "warning", "bad"];

/** The most urgent tone of all sources. */
export function worst(sources: readonly SourceHealth[]): Tone {
  const most = Math.max(0, ...sources.map(({ tone }) => URGENCY.indexOf(tone)));
  return URGENCY[most] ?? "plain";
}
