import { describe, expect, it } from "vitest";

import { ago, checked, clockTime, grown, lasting, left, span, spoken } from "./time";

describe("spans", () => {
  it("read as on the board", () => {
    const seconds = [0, 3, 59, 60, 1_080, 3_600, 4_800, 7_500, 345_600];
    expect(seconds.map(span)).toEqual(["0 s", "3 s", "59 s", "1 min", "18 min", "1 h", "1 h 20", "2 h 05", "4 d"]);
    expect(span(-4)).toBe("0 s");
    expect(span(12.9)).toBe("12 s");
  });

  it("leave seconds out of the time in a state", () => {
    expect([0, 59, 60, 4_800].map(lasting)).toEqual(["< 1 min", "< 1 min", "1 min", "1 h 20"]);
  });

  it("step by five seconds for fresh states", () => {
    expect([0, 4, 5, 9.9, 14, 59, 61].map(checked)).toEqual(["now", "now", "5 s", "5 s", "10 s", "55 s", "1 min"]);
  });

  it("are spoken in whole words", () => {
    const seconds = [3, 60, 720, 3_600, 4_860, 7_200, 86_400, 345_600];
    expect(seconds.map(spoken)).toEqual([
      "less than a minute",
      "1 minute",
      "12 minutes",
      "1 hour",
      "1 hour 21 minutes",
      "2 hours",
      "1 day",
      "4 days",
    ]);
  });
});

describe("times", () => {
  const now = new Date(2026, 10, 23, 14, 24);

  it("are relative under an hour, then by the clock", () => {
    expect(ago(3, now)).toBe("3 s ago");
    expect(ago(3_599, now)).toBe("59 min ago");
    expect(ago(3_600, now)).toBe("at 13:24");
  });

  it("name the day when it is another one", () => {
    expect(clockTime(new Date(2026, 10, 22, 9, 5), now)).toBe("22 Nov 09:05");
  });
});

describe("time since an answer", () => {
  it("makes ages grow and waits shrink", () => {
    expect(grown(3, 1_000, 5_500)).toBe(7.5);
    expect(grown(3, 5_000, 1_000)).toBe(3);
    expect(left(20, 0, 4_200)).toBe(16);
    expect(left(20, 0, 60_000)).toBe(0);
  });
});
