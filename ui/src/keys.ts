/** Which key does what on the board; the whole of it, so that the hint bar and the tests have one place to look. */

/** Where the focus is when a key is pressed. */
export type Focus =
  /** The search field. */
  | "search"
  /** Another field to type in. */
  | "field"
  /** A button or link. */
  | "control"
  /** A panel that scrolls by itself. */
  | "panel"
  /** The list, or nothing in particular. */
  | "list";

/** How the choice moves. */
export type Step = "up" | "down" | "pageUp" | "pageDown" | "first" | "last";

/** What a key asks for. */
export type Intent =
  | { does: "search" }
  | { does: "choose"; step: Step }
  /** To the card beside: on the left with -1, on the right with 1. */
  | { does: "beside"; by: -1 | 1 }
  | { does: "filter"; at: number }
  | { does: "detail" }
  | { does: "call" }
  | { does: "copy" }
  | { does: "chat" }
  | { does: "watch" }
  | { does: "pin" }
  | { does: "clear" };

/** The part of a keyboard event that matters. */
export interface Press {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
  isComposing: boolean;
}

/** The keys that move a choice. */
export const STEPS: ReadonlyMap<string, Step> = new Map<string, Step>([
  ["ArrowUp", "up"],
  ["ArrowDown", "down"],
  ["PageUp", "pageUp"],
  ["PageDown", "pageDown"],
  ["Home", "first"],
  ["End", "last"],
]);

/** Whether this is a Mac, where Command stands for Control. */
export function isMac(userAgent: string): boolean {
  return /Macintosh/.test(userAgent);
}

/** What a key asks for, if anything. */
export function intent(press: Press, focus: Focus, mac: boolean): Intent | null {
  if (press.isComposing || press.altKey) return null;
  const command = mac ? press.metaKey : press.ctrlKey;
  if (command) return commanded(press, focus);
  if (press.ctrlKey || press.metaKey) return null;

  const typing = focus === "search" || focus === "field";
  if (press.key === "Escape") return focus === "field" ? null : { does: "clear" };
  if (press.key === "Enter") return focus === "search" || focus === "list" ? { does: "detail" } : null;
  if (press.key === "/") return typing ? null : { does: "search" };
  const step = STEPS.get(press.key);
  if (step !== undefined) {
    // With Shift these keys select text; in a panel they scroll it.
    return press.shiftKey || focus === "field" || focus === "panel" ? null : { does: "choose", step };
  }
  const by = { ArrowLeft: -1, ArrowRight: 1 }[press.key];
  // In a field they move within the words, on a control they belong to it.
  if (by === -1 || by === 1) return focus === "list" && !press.shiftKey ? { does: "beside", by } : null;
  if (/^[1-7]$/.test(press.key) && !typing) return { does: "filter", at: Number(press.key) - 1 };
  return null;
}

function commanded(press: Press, focus: Focus): Intent | null {
  if (press.shiftKey || focus === "field") return null;
  switch (press.key.toLowerCase()) {
    case "k":
      return { does: "search" };
    case "enter":
      return { does: "call" };
    case "e":
      return { does: "copy" };
    case "m":
      return { does: "chat" };
    case "b":
      return { does: "watch" };
    case "p":
      return { does: "pin" };
    default:
      return null;
  }
}

/** Whether the web view would print for these keys; there is nothing to print, wherever the focus is. */
export function prints(press: Press, mac: boolean): boolean {
  return (mac ? press.metaKey : press.ctrlKey) && !press.altKey && press.key.toLowerCase() === "p";
}

/** Where the choice goes in a list of `length` rows, of which `page` fit on the screen; none in an empty list. */
export function moved(from: number | null, step: Step, length: number, page: number): number | null {
  if (length === 0) return null;
  const last = length - 1;
  if (step === "first") return 0;
  if (step === "last") return last;
  if (from === null) return step === "up" || step === "pageUp" ? last : 0;
  const by = { up: -1, down: 1, pageUp: -page, pageDown: page }[step];
  return Math.min(last, Math.max(0, from + by));
}
