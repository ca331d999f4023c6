/** What of the options is open, and whether what was sent was taken. */

import type { OptionGroup } from "../bindings/OptionGroup";
import { same } from "./drafts";

/** Whether there is something to see in a group: a problem, a key that is being tested, something switched on. */
export function speaks(group: OptionGroup): boolean {
  return (
    group.problem !== null ||
    group.buttons.some(({ act }) => act === "cancel") ||
    group.choices.some((choice) => choice.switch && choice.value === "on")
  );
}

/**
 * Whether a group has to be opened by an answer: because something to see came, or another problem than before. It is
 * never closed by one, for that would take away what somebody is using.
 */
export function opens(before: OptionGroup, after: OptionGroup): boolean {
  if (!speaks(after)) return false;
  return !speaks(before) || (after.problem !== null && after.problem.code + after.problem.cause !== problemKey(before));
}

function problemKey({ problem }: OptionGroup): string | null {
  return problem === null ? null : problem.code + problem.cause;
}

/** Whether a group has everything that was sent for it. Secrets never come back, so nothing is known of them. */
export function took(group: OptionGroup, values: Readonly<Record<string, string>>): boolean {
  return group.problem === null && group.fields.every(({ id, secret, value }) => secret || same(values[id] ?? "", value));
}
