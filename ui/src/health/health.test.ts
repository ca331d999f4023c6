import { describe, expect, it } from "vitest";

import type { Tone } from "../bindings/Tone";
import { sparkline, worst } from "./health";

const source = (tone: Tone) => ({
  name: "",
  tone,
  state: "",
  ageSeconds: null,
  problem: null,
  retrySeconds: null,
  latencies: [],
  latency: null,
});

it("is as well as its worst source", () => {
  expect(worst([])).toBe("good");
  expect(worst([source("good"), source("plain")])).toBe("plain");
  expect(worst([source("bad"), source("warning")])).toBe("bad");
});

describe("the line of latencies", () => {
  it("goes from the oldest at the left to the newest, higher for longer, from nought", () => {
    expect(sparkline([0, 50, 100])).toBe("1.5,18.5 40,10 78.5,1.5");
    expect(sparkline([100, 100])).toBe("1.5,1.5 78.5,1.5");
  });

  it("is none for less than two values, and lies low when nothing took any time", () => {
    expect(sparkline([])).toBe("");
    expect(sparkline([120])).toBe("");
    expect(sparkline([0, 0])).toBe("1.5,18.5 78.5,18.5");
  });
});
