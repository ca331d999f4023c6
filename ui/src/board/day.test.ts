import { describe, expect, it } from "vitest";

import type { DaySpan } from "../bindings/DaySpan";
import type { State } from "../bindings/State";
import { strip, timeOfDay } from "./day";

const at = (hours: number, minutes = 0) => hours * 3_600 + minutes * 60;
const span = (state: State, from: number, to: number): DaySpan => ({ state, from, to });
const day = (spans: DaySpan[], now: number) => strip({ spans, now, summary: "" });

describe("today", () => {
  it("is drawn from eight to six", () => {
    const { bars, hours, now } = day([span("available", at(8), at(9)), span("onCall", at(9), at(13))], at(13));
    expect(bars.map(({ at, width }) => [at, width])).toEqual([
      [0, 0.1],
      [0.1, 0.4],
    ]);
    expect(bars.map(({ words }) => words)).toEqual(["Available 08:00 to 09:00", "On call 09:00 to 13:00"]);
    expect(hours.map(({ words }) => words)).toEqual(["08", "10", "12", "14", "16", "18"]);
    expect([hours[0]?.at, hours.at(-1)?.at, now]).toEqual([0, 1, 0.5]);
  });

  it("takes whole hours more for who comes early or stays late", () => {
    const { bars, hours } = day([span("available", at(6, 40), at(8)), span("busy", at(8), at(19, 5))], at(19, 5));
    expect(bars[0]?.at).toBeCloseTo(40 / 60 / 14);
    expect(hours.map(({ words }) => words)).toEqual(["06", "08", "10", "12", "14", "16", "18", "20"]);
    expect(hours[0]?.at).toBe(0);
  });

  it("does not widen for a night in which nobody was there, but shows the end of it", () => {
    const { bars, hours } = day([span("offline", 0, at(9)), span("available", at(9), at(10))], at(10));
    expect(hours[0]?.words).toBe("08");
    expect(bars.map(({ at, width }) => [at, width])).toEqual([
      [0, 0.1],
      [0.1, 0.1],
    ]);
    expect(day([span("offline", 0, at(7, 30))], at(7, 30)).bars[0]?.at).toBe(0);
  });

  it("has room for now, however early or late, with fewer hours below", () => {
    const early = day([span("away", at(0, 10), at(1))], at(1));
    expect(early.hours.map(({ words }) => words)).toEqual(["00", "04", "08", "12", "16"]);
    expect(early.now).toBeCloseTo(1 / 18);
    const late = day([], at(23, 59));
    expect(late.hours.map(({ words }) => words)).toEqual(["08", "12", "16", "20", "00"]);
    expect(late.now).toBeLessThanOrEqual(1);
  });

  it("leaves open what nobody knew", () => {
    expect(day([span("unknown", at(9), at(10))], at(10)).bars).toEqual([]);
    expect(day([], at(10)).bars).toEqual([]);
  });

  it("tells the time of day", () => {
    expect([0, at(8, 6), at(14, 24) + 59, at(24)].map(timeOfDay)).toEqual(["00:00", "08:06", "14:24", "00:00"]);
  });
});
