/** Longer texts of the settings page. */

import type { Settings } from "../bindings/Settings";
import { count } from "../words";

/** What goes when everything is removed, and what does not. */
export function removal({ accounts, pinned, notes }: Pick<Settings, "accounts" | "pinned" | "notes">): string[] {
  const several = (number: number, one: string) => (number === 1 ? `1 ${one}` : `${count(number)} ${one}s`);
  const own = [pinned > 0 ? several(pinned, "pin") : "", notes > 0 ? several(notes, "note") : ""].filter((part) => part !== "");
  const does = accounts.some(({ act }) => act === "signOut") ? "Signs out, and deletes" : "Deletes";
  return [
    `${does} sign-ins, keys and certificates from the keychain, and settings, pins, notes and what was read from Microsoft and 8x8 from the disk.`,
    ...(own.length === 0 ? [] : [`${own.join(" and ")} can not be brought back.`]),
    "The sync stops. Nothing is changed in Teams or 8x8: what was installed there stays until an administrator removes it.",
  ];
}
