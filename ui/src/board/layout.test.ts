import { describe, expect, it } from "vitest";

import type { Heading } from "../bindings/Heading";
import { everybody, group } from "./fixtures";
import {
  across,
  anchored,
  covers,
  flat,
  layout,
  ordinal,
  refolded,
  revealed,
  rowsBetween,
  rowsIn,
  sectionOf,
  sectionsIn,
  stepped,
  topOf,
  wanted,
} from "./layout";

const sizes = { row: 36, heading: 32, columns: 1 };
const groups = [group("Finance", 3), group("Legal", 40, { collapsed: true }), group("Sales", 15), group("", 2)];
const list = layout(groups, sizes);
/** The same people, as cards in lines of four. */
const cards = layout(groups, { row: 92, heading: 32, columns: 4 });

describe("layout", () => {
  it("puts a heading on each group and no rows in folded ones", () => {
    expect(list.rows).toBe(20);
    expect(list.height).toBe(4 * 32 + 20 * 36);
    expect(list.sections.map((section) => section.top)).toEqual([0, 140, 172, 744]);
    expect(list.sections.map((section) => section.first)).toEqual([0, 3, 3, 18]);
  });

  it("has no headings when rows are not grouped", () => {
    const plain = layout([everybody(100_000)], sizes);
    expect(plain.height).toBe(3_600_000);
    expect(topOf(plain, 99_999)).toBe(3_599_964);
    expect(rowsBetween(plain, 1_800_000, 1_800_360)).toEqual({ start: 50_000, end: 50_010 });
  });

  it("has one over everybody else, when some stand before them", () => {
    const pinned = layout([group("", 2, { kind: "pinned" }), everybody(10)], sizes);
    expect(pinned.sections.map(({ head }) => head)).toEqual([32, 32]);
    // A search for one group is still headed by what it is.
    expect(layout([group("", 4, { kind: "found" })], sizes).sections[0]?.head).toBe(32);
  });

  it("holds for nobody at all", () => {
    const empty = layout([], sizes);
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
    expect(finance && ordinal(list, finance, 0)).toBe(2);
    expect(sales && ordinal(list, sales, 3)).toBe(7);
    const flat = layout([everybody(5)], sizes);
    expect(flat.sections[0] && ordinal(flat, flat.sections[0], 4)).toBe(5);
  });
});

describe("cards", () => {
  it("stand side by side as far as there is room, with a gap and edges", () => {
    expect(across(1_112, 248, 8, 32)).toBe(4);
    expect(across(1_055, 248, 8, 32)).toBe(4);
    expect(across(1_047, 248, 8, 32)).toBe(3);
    expect(across(360, 248, 8, 24)).toBe(1);
    expect(across(0, 248, 8, 32)).toBe(1);
    expect(across(3_840 - 68, 248, 8, 32)).toBe(14);
  });

  it("begin a new line with each group", () => {
    expect(cards.lines).toBe(1 + 0 + 4 + 1);
    expect(cards.rows).toBe(20);
    expect(cards.height).toBe(4 * 32 + 6 * 92);
    expect(cards.sections.map(({ line, lines }) => [line, lines])).toEqual([
      [0, 1],
      [1, 0],
      [1, 4],
      [5, 1],
    ]);
    expect(topOf(cards, 2)).toBe(32);
    expect(topOf(cards, 3)).toBe(32 + 92 + 32 + 32);
    expect(topOf(cards, 7)).toBe(32 + 92 + 32 + 32 + 92);
  });

  it("are found by whole lines, and agree with a plain walk over every one", () => {
    for (let top = 0; top < cards.height; top += 17) {
      const bottom = top + 200;
      const rows = Array.from({ length: cards.rows }, (_, row) => row);
      const seen = rows.filter((row) => topOf(cards, row) < bottom && topOf(cards, row) + 92 > top);
      const { start, end } = rowsBetween(cards, top, bottom);
      expect(rows.slice(start, end)).toEqual(seen);
    }
  });

  it("count by lines", () => {
    const [finance, , sales] = cards.sections;
    expect(finance && [0, 2].map((row) => ordinal(cards, finance, row))).toEqual([2, 2]);
    expect(sales && [3, 6, 7].map((row) => ordinal(cards, sales, row))).toEqual([5, 5, 6]);
  });

  it("are revealed with the heading when they are in the first line", () => {
    expect(revealed(cards, 6, 400, 300)).toBe(cards.sections[2]?.top);
    expect(revealed(cards, 7, 600, 300)).toBe(topOf(cards, 7) - 32);
  });

  it("are stepped through by lines, in the same column where it is filled", () => {
    // Finance has 0 to 2, Sales 3 to 17 in lines of four, the last one of three, and two have no department.
    expect(stepped(cards, 1, "down", 2)).toBe(4);
    expect(stepped(cards, 6, "up", 2)).toBe(2);
    expect(stepped(cards, 6, "down", 2)).toBe(10);
    expect(stepped(cards, 14, "down", 2)).toBe(17);
    expect(stepped(cards, 17, "down", 2)).toBe(19);
    expect(stepped(cards, 5, "pageDown", 2)).toBe(13);
    expect(stepped(cards, 13, "pageUp", 9)).toBe(2);
    // At the ends they stay.
    expect(stepped(cards, 2, "up", 2)).toBe(2);
    expect(stepped(cards, 18, "down", 2)).toBe(18);
    expect(stepped(cards, 18, "first", 2)).toBe(0);
    expect(stepped(cards, null, "down", 2)).toBe(0);
    expect(stepped(cards, null, "last", 2)).toBe(19);
    expect(stepped(layout([], { ...sizes, columns: 4 }), null, "down", 2)).toBeNull();
  });

  it("are stepped through like rows where there is one a line", () => {
    expect(stepped(list, 2, "down", 5)).toBe(3);
    expect(stepped(list, 2, "pageDown", 5)).toBe(7);
  });
});

describe("folding a group", () => {
  const open = layout([group("A", 20), group("B", 20), group("C", 20)], sizes);
  const folded = layout([group("A", 20), group("B", 20, { collapsed: true }), group("C", 20)], sizes);

  it("leaves its heading on top, where its rows were", () => {
    const top = open.sections[1]?.top ?? 0;
    expect(refolded(open, folded, top + 300)).toBe(top);
    expect(refolded(open, folded, top)).toBe(top);
  });

  it("leaves the list where it is when the group stands lower, or is opened", () => {
    expect(refolded(open, folded, 100)).toBe(100);
    expect(refolded(folded, open, 800)).toBe(800);
    expect(refolded(open, layout([], sizes), 800)).toBe(800);
  });
});

describe("rows that move by themselves", () => {
  const sorted = (...totals: number[]): Heading[] => totals.map((total, at) => group(`G${at}`, total));
  const before = { list: layout(sorted(10, 10, 10), sizes), row: 12 };

  it("leave the chosen one where it was on the screen", () => {
    // It went from the third place of its group to the eighth.
    expect(anchored(before, { ...before, row: 17 }, 300, 400)).toBe(300 + 5 * 36);
    // Two more above it, without another place.
    const after = { list: layout(sorted(12, 10, 10), sizes), row: 14 };
    expect(anchored(before, after, 300, 400)).toBe(300 + 2 * 36);
    expect(anchored(before, before, 300, 400)).toBe(300);
  });

  it("never scroll beyond the beginning", () => {
    expect(anchored(before, { ...before, row: 0 }, 300, 400)).toBe(0);
  });

  it("leave the list where it is when nobody is chosen, or was in sight, or is listed any more", () => {
    const after = { ...before, row: 17 };
    expect(anchored({ ...before, row: null }, after, 300, 400)).toBe(300);
    expect(anchored(before, { ...after, row: null }, 300, 400)).toBe(300);
    expect(anchored(before, { ...after, row: 30 }, 300, 400)).toBe(300);
    expect(anchored(before, after, topOf(before.list, 12) + 36, 400)).toBe(topOf(before.list, 12) + 36);
    expect(anchored(before, after, 0, topOf(before.list, 12))).toBe(0);
  });

  it("leave it where it is when somebody was pinned, for others are to be pinned too", () => {
    const after = { list: layout([group("", 1, { kind: "pinned" }), ...sorted(10, 9, 10)], sizes), row: 0 };
    expect(anchored(before, after, 300, 400)).toBe(300);
    expect(anchored(after, before, 0, 400)).toBe(0);
  });

  it("stay in sight when rows become cards", () => {
    const after = { list: layout(sorted(10, 10, 10), { row: 92, heading: 32, columns: 4 }), row: 12 };
    const on = topOf(before.list, 12) - 300;
    expect(topOf(after.list, 12) - anchored(before, after, 300, 400)).toBe(on);
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
  it("have a margin of twenty on both sides", () => {
    expect(wanted({ start: 505, end: 525 }, 1_000, 500)).toEqual({ start: 485, end: 545 });
    expect(wanted({ start: 985, end: 1_000 }, 1_000, 500)).toEqual({ start: 965, end: 1_005 });
    expect(wanted({ start: 930, end: 990 }, 1_000, 500)).toEqual({ start: 910, end: 1_000 });
  });

  it("are forty at the least, for a short list may have got longer", () => {
    expect(wanted({ start: 0, end: 15 }, 1_000, 500)).toEqual({ start: 0, end: 40 });
    expect(wanted({ start: 0, end: 3 }, 3, 500)).toEqual({ start: 0, end: 40 });
    expect(wanted({ start: 0, end: 20 }, 0, 500)).toEqual({ start: 0, end: 40 });
    expect(wanted({ start: 700, end: 720 }, 50, 500)).toEqual({ start: 680, end: 720 });
  });

  it("never are more than allowed, and always hold what is in sight", () => {
    for (let start = 0; start < 2_000; start += 7) {
      const sight = { start, end: start + 430 };
      const asked = wanted(sight, 3_000, 500);
      expect(asked.end - asked.start).toBeLessThanOrEqual(500);
      expect(asked.start).toBeLessThanOrEqual(sight.start);
      expect(asked.end).toBeGreaterThanOrEqual(sight.end);
    }
    const all = wanted({ start: 100, end: 600 }, 3_000, 500);
    expect(all).toEqual({ start: 100, end: 600 });
  });

  it("are not asked for again while the answer reaches beyond what is in sight", () => {
    expect(covers(485, 60, { start: 505, end: 525 }, 1_000)).toBe(true);
    expect(covers(485, 60, { start: 515, end: 535 }, 1_000)).toBe(true);
    expect(covers(485, 60, { start: 516, end: 536 }, 1_000)).toBe(false);
    expect(covers(485, 60, { start: 494, end: 514 }, 1_000)).toBe(false);
    expect(covers(0, 40, { start: 0, end: 15 }, 1_000)).toBe(true);
    expect(covers(965, 35, { start: 985, end: 1_000 }, 1_000)).toBe(true);
  });

  it("always satisfy what they were asked for", () => {
    for (let start = 0; start < 300; start += 1) {
      const sight = { start, end: Math.min(300, start + 25) };
      const asked = wanted(sight, 300, 500);
      expect(covers(asked.start, Math.min(300, asked.end) - asked.start, sight, 300)).toBe(true);
    }
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
