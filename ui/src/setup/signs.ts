/** Signs and words for what the set-up page shows; no colour stands alone. */

import type { AccountKind } from "../bindings/AccountKind";
import type { Act } from "../bindings/Act";
import type { Banner } from "../bindings/Banner";
import type { ItemState } from "../bindings/ItemState";
import type { PortalPage } from "../bindings/PortalPage";
import type { SetupButton } from "../bindings/SetupButton";
import type { Standing } from "../bindings/Standing";
import type { StepId } from "../bindings/StepId";
import type { IconName } from "../parts/icons";

/** The sign of a standing, and how it is coloured. */
export const STANDINGS: Record<Standing, { icon: IconName; tone: "none" | "accent" | "good" | "warning" | "bad" | "off" }> =
  {
    notInstalled: { icon: "notYet", tone: "none" },
    inProgress: { icon: "clock", tone: "accent" },
    consentNeeded: { icon: "shield", tone: "warning" },
    verified: { icon: "pass", tone: "good" },
    needsAttention: { icon: "warning", tone: "bad" },
    disabled: { icon: "ban", tone: "off" },
  };

/** The sign of something that is being done, and its state in a word; what runs has a turning ring instead. */
export const STATES: Record<ItemState, { icon: IconName; words: string }> = {
  waiting: { icon: "notYet", words: "not begun" },
  running: { icon: "clock", words: "under way" },
  good: { icon: "pass", words: "passed" },
  bad: { icon: "fail", words: "failed" },
  leftOut: { icon: "leftOut", words: "left out" },
};

/** The sign of an account. */
export const ACCOUNTS: Record<AccountKind, IconName> = {
  statusUser: "person",
  administrator: "shield",
  eightAdministrator: "key",
};

/** Whose account a step needs, for its colour and sign; the words come with the step. */
export const NEEDED: Partial<Record<StepId, AccountKind>> = {
  prepare: "administrator",
  user: "administrator",
  register: "administrator",
  consent: "administrator",
  signIn: "statusUser",
  key: "eightAdministrator",
};

/** Acts that open the browser. */
export const OUTWARDS: ReadonlySet<Act> = new Set<Act>(["prepare", "signIn", "openConsent", "newPassword", "remove"]);

/** What is on the button that opens a page. */
export const PORTALS: Record<PortalPage, string> = {
  entra: "Open the Entra admin center",
  eightAdmin: "Open 8x8 Admin Console",
};

/** A banner that says more than that somebody has to sign in, which the screen for that says itself. */
export function elsewhere(banner: Banner | null): Banner | null {
  return banner === null || banner.code === "signIn" || banner.code === "waiting" ? null : banner;
}

/** Whether a button says why it can not be used; of several in a row that say the same, only the last does. */
export function saysWhy(buttons: readonly SetupButton[], at: number): boolean {
  return buttons[at]?.reason !== null && buttons[at + 1]?.reason !== buttons[at]?.reason;
}
