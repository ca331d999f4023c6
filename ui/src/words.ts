/** Small words that several screens share. */

import type { State } from "./bindings/State";

/** The states in the order of the filter chips, with their words. */
export const STATES: readonly { state: State; label: string }[] = [
  { state: "available", label: "Available" },
  { state: "busy", label: "Busy" },
  { state: "onCall", label: "On call" },
  { state: "doNotDisturb", label: "Do not disturb" },
  { state: "away", label: "Away" },
  { state: "offline", label: "Offline" },
  { state: "unknown", label: "Unknown" },
];

const numbers = new Intl.NumberFormat();

/** A whole number with the locale's separators. */
export function count(number: number): string {
  return numbers.format(number);
}

/** `1 person`, `1,248 people`. */
export function people(number: number): string {
  return number === 1 ? "1 person" : `${count(number)} people`;
}

/** `Busy`, `Busy or Away`, `Busy, On call or Away`. */
export function either(words: readonly string[]): string {
  if (words.length < 2) return words.join("");
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1) ?? ""}`;
}
