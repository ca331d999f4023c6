/** What can be chosen on the settings page, and how it is put into words. */

import type { PauseSpan } from "../ipc";
import type { Hours } from "../bindings/Hours";
import type { Settings } from "../bindings/Settings";

/** One of several values to choose from. */
export interface Option<Value extends string> {
  value: Value;
  label: string;
}

/** Days, Monday first. */
export const DAYS: readonly { letter: string; name: string }[] = [
  { letter: "M", name: "Monday" },
  { letter: "T", name: "Tuesday" },
  { letter: "W", name: "Wednesday" },
  { letter: "T", name: "Thursday" },
  { letter: "F", name: "Friday" },
  { letter: "S", name: "Saturday" },
  { letter: "S", name: "Sunday" },
];

/** Seconds between two polls. */
export function intervals(choices: readonly number[]): Option<string>[] {
  return choices.map((seconds) => ({ value: String(seconds), label: `${seconds} s` }));
}

/** How long somebody has to be free, in seconds; with `now` among them, which a file may hold. */
export function freeFor(now: number): Option<string>[] {
  return withNow([0, 3, 5, 10, 30, 60], now, (seconds) => {
    if (seconds === 0) return "At once";
    return seconds % 60 === 0 ? `${seconds / 60} min` : `${seconds} s`;
  });
}

/** How old states may get before it is told, in minutes. */
export function oldAfter(now: number): Option<string>[] {
  return withNow([0, 2, 5, 15, 30, 60], now, (minutes) => {
    if (minutes === 0) return "Never";
    if (minutes % 60 === 0) return minutes === 60 ? "1 hour" : `${minutes / 60} hours`;
    return minutes === 1 ? "1 minute" : `${minutes} minutes`;
  });
}

function withNow(choices: readonly number[], now: number, words: (value: number) => string): Option<string>[] {
  const all = [...new Set([...choices, now])].sort((one, other) => one - other);
  return all.map((value) => ({ value: String(value), label: words(value) }));
}

/** Times of day in steps of half an hour, and `now` where it is none of them. */
export function times(now: string): Option<string>[] {
  const all = new Set(Array.from({ length: 48 }, (_, half) => clock(half)));
  return [...all.add(now)].sort().map((value) => ({ value, label: value }));
}

function clock(half: number): string {
  return `${String(Math.floor(half / 2)).padStart(2, "0")}:${half % 2 === 0 ? "00" : "30"}`;
}

/** What is to be known of hours that are not the usual ones. */
export function hoursNote({ days, from, to }: Hours): string | null {
  if (!days.includes(true)) return "No day is chosen: we check once a minute all week.";
  if (to === from) return "Ends at the same time on the next day.";
  return to < from ? "Ends on the next day." : null;
}

/** How often is checked now, and why, while that is not as it was chosen. */
export function slower({ preferences, intervalNow, atWork, paused }: Settings): string | null {
  if (paused !== null || intervalNow === preferences.interval) return null;
  const why = atWork ? "Microsoft asked for less" : "these are no working hours";
  return `Every ${intervalNow} s now: ${why}.`;
}

/** What can be chosen for a pause: a span, none, or the one that there is. */
export type Pause = PauseSpan | "none" | "now";

const SPANS: readonly Option<Pause>[] = [
  { value: "hour", label: "For an hour" },
  { value: "tomorrow", label: "Until tomorrow" },
  { value: "untilResumed", label: "Until I resume" },
];

/** The choices for a pause. One that ends at some time is a choice of its own, for it is none of the others any more. */
export function pauses(paused: string | null): { value: Pause; options: readonly Option<Pause>[] } {
  const options: Option<Pause>[] = [{ value: "none", label: "Not paused" }, ...SPANS];
  if (paused === null) return { value: "none", options };
  if (paused === "until you resume") return { value: "untilResumed", options };
  return { value: "now", options: [{ value: "now", label: `Paused ${paused}` }, ...options] };
}
