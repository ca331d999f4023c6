/** The parts of the settings page. */

import type { IconName } from "../parts/icons";

/** Names a part. */
export type SectionId = "general" | "sync" | "notifications" | "network" | "accounts" | "diagnostics";

interface Section {
  id: SectionId;
  label: string;
  icon: IconName;
}

const GENERAL: Section = { id: "general", label: "General", icon: "gear" };

/** All of them, in their order. */
export const SECTIONS: readonly Section[] = [
  GENERAL,
  { id: "sync", label: "Sync", icon: "refresh" },
  { id: "notifications", label: "Notifications", icon: "bell" },
  { id: "network", label: "Network", icon: "network" },
  { id: "accounts", label: "Accounts", icon: "person" },
  { id: "diagnostics", label: "Diagnostics", icon: "file" },
];

/** The part that a name means; the first for a name that means none. */
export function sectionOf(name: string): Section {
  return SECTIONS.find(({ id }) => id === name) ?? GENERAL;
}
