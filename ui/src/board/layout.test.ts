import { describe, expect, it } from "vitest";

import { covers, flat, layout, ordinal, revealed, rowsBetween, rowsIn, sectionOf, sectionsIn, topOf, wanted } from "./layout";

const sizes = { row: 36, heading: 32 };
const group = (name: string, total: number, collapsed = false) => ({ name, free: 0, total, collapsed });
const list = layout([group("Finance", 3), group("Legal", 40, true), group("Sales", 15), group("", 2)], true, sizes);

describe("layout", () => {
  it("puts a heading on each group and no rows in folded ones", () => {
    expect(list.rows).toBe(20);
    expect(list.height).toBe(4 * 32 + 20 * 36);
    expect(list.sections.map((section) => section.top)).toEqual([0, 140, 172, 744]);
    expect(list.sections.map((section) => section.first)).toEqual([0, 3, 3, 18]);
  });

  it("has no headings when rows are not grouped", () => {
    const plain = layout([group("", 100_000)], false, sizes);
    expect(plain.height).toBe(3_600_000);
    expect(topOf(plain, 99_999)).toBe(3_599_964);
    expect(rowsBetween(plain, 1_800_000, 1_800_360)).toEqual({ start: 50_000, end: 50_010 });
  });

  it("holds for nobody at all", () => {
    const empty = layout([], true, sizes);
    expect(empty.height).toBe(0);
    expect(rowsBetween(empty, 0, 500)).toEqual({ start: 0, end: 0 });
    expect(sectionOf(empty, 0)).toBeUndefined();
    expect(revealed(empty, 3, 7, 500)).toBe(7);
  });

  it("finds the group of a row past folded groups", () => {
    expect(sectionOf(list, 2)?.heading.name).toBe("Finance");
    expect(sectionOf(list, 3)?.heading.name).toBe("Sales");
    expect(sectionOf(list, 19)?.heading.name).toBe("");
    expect(sectionOf(list, 20)).toBeUndefined();
    expect(topOf(list, 3)).toBe(172 + 32);
  });

  it("finds what is in sight", () => {
    expect(sectionsIn(list, 0, 100).map((section) => section.heading.name)).toEqual(["Finance"]);
    expect(sectionsIn(list, 139, 260).map((section) => section.heading.name)).toEqual(["Finance", "Legal", "Sales"]);
    const sales = list.sections[2];
    expect(sales && rowsIn(list, sales, 0, 300)).toEqual({ start: 3, end: 6 });
    expect(rowsBetween(list, 100, 210)).toEqual({ start: 1, end: 4 });
    expect(rowsBetween(list, 700, 5_000)).toEqual({ start: 16, end: 20 });
  });

  it("agrees with a plain walk over every row, wherever the view is", () => {
    for (let top = 0; top < list.height; top += 17) {
      const bottom = top + 200;
      const rows = Array.from({ length: list.rows }, (_, row) => row);
      const seen = rows.filter((row) => topOf(list, row) < bottom && topOf(list, row) + 36 > top);
      const { start, end } = rowsBetween(list, top, bottom);
      expect(rows.slice(start, end)).toEqual(seen);
    }
  });

  it("counts headings in the place of a row", () => {
    const [finance, , sales] = list.sections;
    expect(finance && ordinal(finance, 0)).toBe(2);
    expect(sales && ordinal(sales, 3)).toBe(7);
    const flat = layout([group("", 5)], false, sizes);
    expect(flat.sections[0] && ordinal(flat.sections[0], 4)).toBe(5);
  });
});

describe("revealing a row", () => {
  it("does nothing when it is in sight", () => {
    expect(revealed(list, 4, 172, 400)).toBe(172);
  });

  it("scrolls down just enough", () => {
    expect(revealed(list, 10, 0, 300)).toBe(topOf(list, 10) + 36 - 300);
  });

  it("scrolls up past the heading that stays on top", () => {
    expect(revealed(list, 5, 600, 300)).toBe(topOf(list, 5) - 32);
    expect(revealed(list, 3, 600, 300)).toBe(172);
    expect(revealed(list, 0, 600, 300)).toBe(0);
  });
});

describe("the rows to ask for", () => {
  it("have a margin and start at steps", () => {
    expect(wanted({ start: 0, end: 20 }, 1_000, 500)).toEqual({ start: 0, end: 80 });
    expect(wanted({ start: 505, end: 525 }, 1_000, 500)).toEqual({ start: 440, end: 600 });
    expect(wanted({ start: 985, end: 1_000 }, 1_000, 500)).toEqual({ start: 920, end: 1_000 });
  });

  it("never are more than allowed, and always hold what is in sight", () => {
    for (let start = 0; start < 2_000; start += 7) {
      const sight = { start, end: start + 430 };
      const asked = wanted(sight, 3_000, 500);
      expect(asked.end - asked.start).toBeLessThanOrEqual(500);
      expect(asked.start).toBeLessThanOrEqual(sight.start);
      expect(asked.end).toBeGreaterThanOrEqual(sight.end);
    }
  });

  it("are not asked for again while the answer reaches beyond what is in sight", () => {
    expect(covers(440, 160, { start: 505, end: 525 }, 1_000)).toBe(true);
    expect(covers(440, 160, { start: 585, end: 605 }, 1_000)).toBe(false);
    expect(covers(0, 80, { start: 0, end: 20 }, 1_000)).toBe(true);
    expect(covers(920, 80, { start: 985, end: 1_000 }, 1_000)).toBe(true);
  });
});

describe("rows without groups", () => {
  const rows = flat(10_000, 60);

  it("are those that touch what is in sight, and no more than there are", () => {
    expect(rowsBetween(rows, 0, 300)).toEqual({ start: 0, end: 5 });
    expect(rowsBetween(rows, 130 - 240, 430 + 240)).toEqual({ start: 0, end: 12 });
    expect(rowsBetween(rows, 599_700 - 240, 600_000 + 240)).toEqual({ start: 9_991, end: 10_000 });
    expect(rowsBetween(flat(3, 60), 600, 900)).toEqual({ start: 3, end: 3 });
    expect(rowsBetween(flat(0, 60), 0, 300)).toEqual({ start: 0, end: 0 });
  });

  it("are scrolled to no farther than needed", () => {
    expect(revealed(rows, 2, 0, 300)).toBe(0);
    expect(revealed(rows, 5, 0, 300)).toBe(60);
    expect(revealed(rows, 2, 200, 300)).toBe(120);
    // A row that is higher than the view begins at its top.
    expect(revealed(rows, 2, 0, 40)).toBe(120);
  });
});
