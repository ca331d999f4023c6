import { expect, it } from "vitest";

import type { Banner } from "../bindings/Banner";
import { elsewhere } from "./signs";

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
