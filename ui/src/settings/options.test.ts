import { describe, expect, it } from "vitest";

import type { Hours } from "../bindings/Hours";
import type { Settings } from "../bindings/Settings";
import { freeFor, hoursNote, intervals, oldAfter, pauses, slower, times } from "./options";
import { SECTIONS, sectionOf } from "./sections";

const labels = (options: readonly { label: string }[]) => options.map(({ label }) => label);

it("finds a part by its name, and the first for a name that means none", () => {
  expect(SECTIONS.map(({ id }) => sectionOf(id).id)).toEqual(SECTIONS.map(({ id }) => id));
  expect(sectionOf("stream").id).toBe("general");
});

it("offers what can be chosen, and what a file holds besides", () => {
  expect(intervals([3, 30])).toEqual([
    { value: "3", label: "3 s" },
    { value: "30", label: "30 s" },
  ]);
  expect(labels(freeFor(5))).toEqual(["At once", "3 s", "5 s", "10 s", "30 s", "1 min"]);
  expect(labels(freeFor(7)).slice(2, 5)).toEqual(["5 s", "7 s", "10 s"]);
  expect(labels(freeFor(120)).at(-1)).toBe("2 min");
  expect(labels(oldAfter(0))).toEqual(["Never", "2 minutes", "5 minutes", "15 minutes", "30 minutes", "1 hour"]);
  expect(labels(oldAfter(1))[1]).toBe("1 minute");
  expect(labels(oldAfter(1_440)).at(-1)).toBe("24 hours");
});

it("offers every half hour, and the time that a file holds in its place", () => {
  const usual = times("07:30");
  expect([usual.length, usual[0]?.value, usual[15]?.value, usual.at(-1)?.value]).toEqual([48, "00:00", "07:30", "23:30"]);
  expect(labels(times("08:05")).slice(16, 19)).toEqual(["08:00", "08:05", "08:30"]);
});

it("says what is unusual about hours", () => {
  const hours: Hours = { kept: true, days: [true, false, false, false, false, false, false], from: "07:30", to: "18:30" };
  expect(hoursNote(hours)).toBeNull();
  expect(hoursNote({ ...hours, from: "22:00", to: "06:00" })).toBe("Ends on the next day.");
  expect(hoursNote({ ...hours, to: "07:30" })).toContain("same time");
  expect(hoursNote({ ...hours, days: [false, false, false, false, false, false, false] })).toContain("No day");
});

describe("the time between two polls", () => {
  const settings = (interval: number, intervalNow: number, atWork: boolean, paused: string | null = null) =>
    ({ preferences: { interval }, intervalNow, atWork, paused }) as Settings;

  it("is explained while it is not as it was chosen", () => {
    expect(slower(settings(5, 5, true))).toBeNull();
    expect(slower(settings(5, 60, false))).toBe("Every 60 s now: these are no working hours.");
    expect(slower(settings(5, 20, true))).toBe("Every 20 s now: Microsoft asked for less.");
  });

  it("is of no matter during a pause", () => {
    expect(slower(settings(5, 60, false, "until 07:00"))).toBeNull();
  });
});

it("offers a pause, or says which one there is", () => {
  expect(pauses(null).value).toBe("none");
  expect(labels(pauses(null).options)).toEqual(["Not paused", "For an hour", "Until tomorrow", "Until I resume"]);
  expect(pauses("until you resume").value).toBe("untilResumed");
  const { value, options } = pauses("until 07:00");
  expect([value, options.length, options[0]?.label]).toEqual(["now", 5, "Paused until 07:00"]);
});
