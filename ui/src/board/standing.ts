/** How the source stands, in words and signs, for the status line and the banner. */

import type { Action } from "../bindings/Action";
import type { Banner } from "../bindings/Banner";
import type { Status } from "../bindings/Status";
import type { IconName } from "../parts/icons";
import { ago, clockTime } from "../time";
import type { Held } from "./rows";

/** How old what is shown is: relative while it is being kept up, by the clock when it is not. */
export function freshness(status: Status, ageSeconds: number | null, now: Date): string {
  if (ageSeconds === null) return "";
  if (status.source === "live" || status.source === "throttled") return `updated ${ago(ageSeconds, now)}`;
  return `last update ${clockTime(new Date(now.getTime() - ageSeconds * 1_000), now)}`;
}

/** The sign beside the headline; none where a dot or a turning ring stands. */
export function sign(status: Status): IconName | null {
  if (status.tone === "good") return null;
  if (status.banner?.code === "paused") return "pause";
  switch (status.source) {
    case "throttled":
      return "slow";
    case "offline":
      return "offline";
    case "signInNeeded":
      return status.signIn.state === "waiting" ? "out" : "key";
    default:
      return status.tone === "plain" ? null : "warning";
  }
}

/** The sign on a banner. */
export function bannerSign(status: Status): IconName {
  return sign(status) ?? "info";
}

/** When the next attempt is, in words. */
export function attempt(banner: Banner, seconds: number): string {
  if (seconds === 0) return "Trying now.";
  const what = banner.code === "throttled" ? "Next update" : "Next try";
  return seconds < 120 ? `${what} in ${seconds} s.` : `${what} in ${Math.ceil(seconds / 60)} min.`;
}

/** What the one button of a banner says. */
export const ACTIONS: Record<Action, string> = {
  signIn: "Sign in",
  syncNow: "Try now",
  resume: "Resume",
  health: "Open Health",
  network: "Network settings",
  dismiss: "OK",
};

/** Whether all that is drawn is old, so that the page says so once and the rows say it quietly. */
export function allOld(window: Held | null): boolean {
  if (window === null || !window.allStale || window.rows.length === 0) return false;
  return window.rows.every((line) => line === undefined || line.stale || line.ageSeconds === null);
}
