import { describe, expect, it } from "vitest";

import { answer, person } from "./fixtures";
import { marks, merged, rowAt, stirred } from "./rows";

const people = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, at) => person(`p${from + at}`, { mark: from + at + 1 }));

const held = merged(answer(people(40, 60), { offset: 40, listed: 100 }), null, 0);

describe("rows that are held", () => {
  it("are found by their place in the whole list", () => {
    expect(rowAt(held, 40)?.id).toBe("p40");
    expect(rowAt(held, 59)?.id).toBe("p59");
    expect(rowAt(held, 39)).toBeUndefined();
    expect(rowAt(held, 60)).toBeUndefined();
    expect(rowAt(null, 0)).toBeUndefined();
  });

  it("are told by their marks, with nought where there is none", () => {
    expect(marks(held, { start: 38, end: 43 })).toEqual([0, 0, 41, 42, 43]);
    expect(marks(held, { start: 58, end: 62 })).toEqual([59, 60, 0, 0]);
    expect(marks(held, { start: 0, end: 40 })).toEqual([]);
    expect(marks(null, { start: 0, end: 40 })).toEqual([]);
  });
});

describe("a new answer", () => {
  it("is completed by what is held, with its own ages", () => {
    const next = { ...answer([null, person("new", { mark: 7 }), null]), offset: 50, ages: [9, 1, null] };
    const window = merged(next, held, 12.5);
    expect(window.rows.map((line) => line?.id)).toEqual(["p50", "new", "p52"]);
    expect(window.rows.map((line) => line?.ageSeconds)).toEqual([9, 3, null]);
    // What came now stands as it came; what was held has stood so much longer.
    expect(window.rows.map((line) => line?.forSeconds)).toEqual([72.5, 60, 72.5]);
    expect("ages" in window).toBe(false);
  });

  it("lets the time in a state go on from answer to answer, and never backwards", () => {
    const again = { ...answer([null]), offset: 40, ages: [2] };
    const twice = merged(again, merged(again, held, 5), 5);
    expect(twice.rows[0]?.forSeconds).toBe(70);
    expect(merged(again, held, -3).rows[0]?.forSeconds).toBe(60);
    const never = merged(answer([person("x", { forSeconds: null })]), null, 0);
    expect(merged({ ...again, offset: 0 }, never, 5).rows[0]?.forSeconds).toBeNull();
  });

  it("leaves open what nobody has, to be asked for again", () => {
    const window = merged({ ...answer([null, null]), offset: 59, ages: [1, 1] }, held, 0);
    expect(window.rows.map((line) => line?.id)).toEqual(["p59", undefined]);
    expect(marks(window, { start: 59, end: 61 })).toEqual([60, 0]);
  });

  it("tells whose state has changed of those who are waited for", () => {
    const busy = { state: "busy", label: "Busy", watched: true } as const;
    const before = merged(answer([person("a", busy), person("b", busy), person("c", { ...busy, watched: false })]), null, 0);
    const free = { watched: true, label: "Available" };
    const old = { watched: true, label: "Was available", stale: true };
    const after = answer([person("a", free), person("b", old), person("c"), person("new", free)]);
    expect(stirred(before, merged(after, before, 1)).map(({ id }) => id)).toEqual(["a"]);
    expect(stirred(null, merged(after, null, 1))).toEqual([]);
  });
});
