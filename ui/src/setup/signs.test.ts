import { expect, it } from "vitest";

import type { Banner } from "../bindings/Banner";
import { elsewhere, saysWhy } from "./signs";

it("leaves to the sign-in screen what it says itself", () => {
  const banner = (code: string): Banner => ({
    code,
    tone: "bad",
    title: "",
    text: "",
    action: null,
    retrySeconds: null,
    detail: null,
  });
  expect(elsewhere(null)).toBeNull();
  expect(elsewhere(banner("signIn"))).toBeNull();
  expect(elsewhere(banner("waiting"))).toBeNull();
  expect(elsewhere(banner("vault.missing"))?.code).toBe("vault.missing");
});

it("says only once why several buttons can not be used", () => {
  const button = (reason: string | null) =>
    ({ act: "verify", label: "", kind: "plain", step: null, reason, ask: null }) as const;
  const row = [button("Busy."), button("Busy."), button(null), button("Locked.")];
  expect(row.map((_, at) => saysWhy(row, at))).toEqual([false, true, false, true]);
});
