/** Today as a strip: what goes where, in shares of its width from the beginning. */

import type { DaySpan } from "../bindings/DaySpan";
import type { State } from "../bindings/State";
import type { Today } from "../bindings/Today";
import { STATES } from "../words";

const HOUR = 3_600;

/** The hours that are always there. */
const [MORNING, EVENING] = [8, 18];

/** A stretch of the strip in one state. */
export interface Bar {
  state: State;
  /** Where it begins. */
  at: number;
  width: number;
  /** "Available 08:06 to 08:31". */
  words: string;
}

/** An hour below the strip. */
export interface Hour {
  at: number;
  words: string;
}

/** The strip. */
export interface Strip {
  bars: readonly Bar[];
  hours: readonly Hour[];
  /** Where now is. */
  now: number;
}

/** A time of day: "14:24". */
export function timeOfDay(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const two = (number: number) => String(number).padStart(2, "0");
  return `${two(Math.floor(minutes / 60) % 24)}:${two(minutes % 60)}`;
}

/** Lays a day out: from eight to six, and by whole hours as much more as there is anything to see and now takes. */
export function strip({ spans, now }: Today): Strip {
  const seen = spans.filter(({ state }) => state !== "offline" && state !== "unknown");
  const earliest = Math.min(now, ...seen.map(({ from }) => from));
  const latest = Math.max(now, ...seen.map(({ to }) => to));
  const start = Math.min(MORNING, Math.floor(earliest / HOUR));
  const end = Math.max(EVENING, Math.ceil(latest / HOUR));
  const place = (seconds: number) => Math.min(1, Math.max(0, (seconds / HOUR - start) / (end - start)));
  const bars = spans.flatMap((span): Bar[] => {
    const at = place(span.from);
    const width = place(span.to) - at;
    // What nobody knew is nothing to draw.
    return width <= 0 || span.state === "unknown" ? [] : [{ state: span.state, at, width, words: words(span) }];
  });
  return { bars, hours: hours(start, end, place), now: place(now) };
}

/** Few enough hours that they never meet. */
function hours(start: number, end: number, place: (seconds: number) => number): Hour[] {
  const step = end - start > 14 ? 4 : 2;
  const first = Math.ceil(start / step) * step;
  const all: Hour[] = [];
  for (let hour = first; hour <= end; hour += step) {
    all.push({ at: place(hour * HOUR), words: String(hour % 24).padStart(2, "0") });
  }
  return all;
}

function words({ state, from, to }: DaySpan): string {
  const label = STATES.find((one) => one.state === state)?.label ?? state;
  return `${label} ${timeOfDay(from)} to ${timeOfDay(to)}`;
}
