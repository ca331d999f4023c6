import { describe, expect, it } from "vitest";

import type { Banner } from "../bindings/Banner";
import type { Status } from "../bindings/Status";
import { LOOK } from "./fixtures";
import { attempt, bannerSign, freshness, sign } from "./standing";

const status: Status = {
  revision: 1,
  screen: "board",
  source: "live",
  tone: "good",
  headline: "Live",
  ageSeconds: 3,
  people: 12,
  loading: false,
  notice: null,
  banner: null,
  signIn: { state: "signedOut" },
  look: LOOK,
  watches: 0,
  writing: "en-GB",
};

const banner: Banner = {
  code: "throttled",
  tone: "warning",
  title: "Microsoft asks us to slow down.",
  text: "Nothing is lost.",
  action: null,
  retrySeconds: 20,
  detail: null,
};

describe("the status line", () => {
  const now = new Date(2026, 10, 23, 14, 24);

  it("is relative while states are kept up, by the clock when they are not", () => {
    expect(freshness(status, 3, now)).toBe("updated 3 s ago");
    expect(freshness({ ...status, source: "throttled" }, 41, now)).toBe("updated 41 s ago");
    expect(freshness({ ...status, source: "offline" }, 900, now)).toBe("last update 14:09");
    expect(freshness(status, null, now)).toBe("");
  });

  it("has a sign of its own for each way to stand", () => {
    expect(sign(status)).toBeNull();
    expect(sign({ ...status, tone: "warning", source: "offline" })).toBe("offline");
    expect(sign({ ...status, tone: "bad", source: "signInNeeded" })).toBe("key");
    expect(sign({ ...status, tone: "bad", source: "stale" })).toBe("warning");
    expect(sign({ ...status, tone: "plain", source: "stale" })).toBeNull();
    expect(bannerSign({ ...status, tone: "plain", source: "stale" })).toBe("info");
    expect(sign({ ...status, tone: "plain", source: "stale", banner: { ...banner, code: "paused" } })).toBe("pause");
  });
});

describe("the banner", () => {
  it("counts down", () => {
    expect(attempt(banner, 20)).toBe("Next update in 20 s.");
    expect(attempt({ ...banner, code: "offline" }, 119)).toBe("Next try in 119 s.");
    expect(attempt(banner, 601)).toBe("Next update in 11 min.");
    expect(attempt(banner, 0)).toBe("Trying now.");
  });
});
