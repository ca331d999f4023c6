import { expect, it } from "vitest";

import type { Verdict } from "../bindings/Verdict";
import { news } from "./changes";
import { check, integration, option, step } from "./fixtures";

const verdict = (title: string, text = ""): Verdict => ({ tone: "good", title, text: [text], path: [], buttons: [] });

it("says nothing at first, for another integration, and when nothing changed", () => {
  const one = integration([step("signIn", "current")], { checks: [check("Sign-in", "good")] });
  expect(news(null, one)).toBe("");
  expect(news({ ...one, id: "chat" }, one)).toBe("");
  expect(news(one, structuredClone(one))).toBe("");
});

it("says which step is next", () => {
  const before = integration([step("signIn", "current"), step("verify", "later")]);
  const after = integration([step("signIn", "done"), step("verify", "current")]);
  expect(news(before, after)).toBe("Step 2 of 2: Do verify.");
});

it("says what a check found: at length only when it failed", () => {
  const before = integration([], { checks: [check("Sign-in", "running")] });
  const checks = [
    check("Sign-in", "good", "8x8.status@contoso.com is signed in."),
    check("Permission", "bad", "Presence.Read.All is missing."),
    check("Presence", "leftOut", "Not tried."),
    check("Sample", "running"),
  ];
  expect(news(before, integration([], { checks }))).toBe(
    "Sign-in: passed. Permission: failed. Presence.Read.All is missing. Presence: left out.",
  );
  const problem = { code: "", what: "It is gone", cause: "", remedy: "", detail: null };
  expect(news(before, integration([], { checks: [{ ...check("Sign-in", "bad"), problem }] }))).toBe(
    "Sign-in: failed. It is gone.",
  );
});

it("says how options stand when that changes", () => {
  const keys = (state: string | null) => integration([], { options: [option("limits"), option("agents", { title: "Agents", state })] });
  expect(news(keys(null), keys("Asking 8x8…"))).toBe("Agents: Asking 8x8…");
  expect(news(keys("Asking 8x8…"), keys("The key is kept."))).toBe("Agents: The key is kept.");
  expect(news(keys("The key is kept."), keys("The key is kept."))).toBe("");
  expect(news(keys("The key is kept."), keys(null))).toBe("");
});

it("says a verdict once, whatever the time in it", () => {
  const before = integration([]);
  const after = integration([], { verdict: verdict("Integration verified", "Checked at 14:22.") });
  expect(news(before, after)).toBe("Integration verified. Checked at 14:22.");
  expect(news(after, integration([], { verdict: verdict("Integration verified", "Checked at 14:23.") }))).toBe("");
});

it("says once that the browser or Microsoft is waited for", () => {
  const waiting = { text: "Finish there", canCopy: true };
  const countdown = { text: "Microsoft takes a while.", seconds: 8 };
  const before = integration([step("signIn", "current")]);
  const during = integration([step("signIn", "current", { waiting })]);
  expect(news(before, during)).toBe("Waiting for your browser… Finish there.");
  const soon = integration([step("signIn", "current", { waiting, countdown })]);
  expect(news(during, soon)).toBe("Microsoft takes a while.");
  const sooner = integration([step("signIn", "current", { waiting, countdown: { ...countdown, seconds: 5 } })]);
  expect(news(soon, sooner)).toBe("");
});

it("says what the wizard made", () => {
  const items = (state: "running" | "good") => [{ label: "App registration", state, result: "made" } as const];
  const before = integration([step("prepare", "current", { items: items("running") })]);
  const after = integration([step("prepare", "current", { items: items("good") })]);
  expect(news(before, after)).toBe("App registration: made.");
});
