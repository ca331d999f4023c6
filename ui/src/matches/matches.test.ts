import { describe, expect, it } from "vitest";

import type { MatchRow } from "../bindings/MatchRow";
import type { MatchTabCount } from "../bindings/MatchTabCount";
import { compared, followed, keyOf, neighbour, pathEnd, proportions, query, revealed, rowsBetween, sentence } from "./matches";

const leila: MatchRow = {
  name: "Leila Farouk",
  department: "Warehouse",
  address: "leila.farouk@contoso.com",
  extension: "",
  why: "8x8 has nearly this address: l.farouk@contoso.com",
  remedy: "Make the email address in 8x8 the same as the Teams user name.",
};
const numbered = (at: number): MatchRow => ({ ...leila, address: `${at}@contoso.com` });

describe("the words", () => {
  const tabs: MatchTabCount[] = [
    { tab: "matched", label: "Matched", count: 1_203 },
    { tab: "onlyTeams", label: "Only in Teams", count: 31 },
    { tab: "onlyEight", label: "Only in 8x8", count: 9 },
    { tab: "duplicates", label: "Duplicates", count: 14 },
    { tab: "leftOut", label: "Left out", count: 3 },
  ];

  it("compare the four parts that are on a side", () => {
    expect(compared(tabs).map(({ tab }) => tab)).toEqual(["matched", "onlyTeams", "onlyEight", "duplicates"]);
    expect(proportions(tabs)).toMatch(/^1\D?203 matched, 31 only in Teams, 9 only in 8x8, 14 duplicates$/);
  });

  it("read a row as sentences", () => {
    expect(sentence(leila)).toBe(
      "Leila Farouk, Warehouse, leila.farouk@contoso.com. 8x8 has nearly this address: l.farouk@contoso.com. " +
        "Make the email address in 8x8 the same as the Teams user name.",
    );
    const bare = { name: "", department: "", address: "", extension: "4021", why: "It has no email address", remedy: "" };
    expect(sentence(bare)).toBe("(no name), extension 4021. It has no email address.");
  });

  it("tell the end of a path, whatever divides it", () => {
    expect(pathEnd("/home/ann/Downloads/presence-sync-matches.csv")).toBe("…/Downloads/presence-sync-matches.csv");
    expect(pathEnd("C:\\Users\\ann\\Downloads\\presence-sync-matches-2.csv")).toBe(
      "…\\Downloads\\presence-sync-matches-2.csv",
    );
    expect(pathEnd("/tmp/a.csv")).toBe("/tmp/a.csv");
  });
});

it("never asks for more rows than are given", () => {
  const choice = { tab: "onlyTeams", search: "ann" } as const;
  expect(query(choice, { start: 40, end: 900 })).toEqual({ tab: "onlyTeams", search: "ann", offset: 40, limit: 500 });
});

describe("the chosen row", () => {
  const rows = [0, 1, 2, 3, 4].map(numbered);
  const key = keyOf(numbered(2));

  it("is learnt from the answer, at the end if the list is shorter by now", () => {
    expect(followed({ row: 2, key: null }, 5, 0, rows)).toEqual({ row: 2, key });
    expect(followed({ row: 9, key: null }, 5, 0, rows)).toEqual({ row: 4, key: keyOf(numbered(4)) });
    expect(followed({ row: 700, key: null }, 1_000, 0, rows)).toEqual({ row: 700, key: null });
    expect(followed({ row: 0, key: null }, 0, 0, [])).toBeNull();
  });

  it("goes where the person goes", () => {
    expect(followed({ row: 4, key }, 5, 0, rows)).toEqual({ row: 2, key });
    expect(followed({ row: 4, key }, 105, 100, rows)).toEqual({ row: 102, key });
  });

  it("is the nearest of several who look the same", () => {
    const twins = [numbered(2), numbered(1), numbered(2), numbered(2)];
    expect(followed({ row: 3, key }, 4, 0, twins)).toEqual({ row: 3, key });
    expect(followed({ row: 1, key }, 4, 0, twins)?.row).toBe(0);
  });

  it("is dropped when the person is gone, and kept while nobody can tell", () => {
    expect(followed({ row: 1, key: "gone" }, 5, 0, rows)).toBeNull();
    expect(followed({ row: 8, key: "gone" }, 5, 0, rows)).toBeNull();
    expect(followed({ row: 8, key: "elsewhere" }, 50, 20, rows)).toEqual({ row: 8, key: "elsewhere" });
  });
});

describe("the places", () => {
  it("are those that touch what is in sight", () => {
    expect(rowsBetween(0, 300, 60, 10_000)).toEqual({ start: 0, end: 5 });
    expect(rowsBetween(130, 430, 60, 10_000, 4)).toEqual({ start: 0, end: 12 });
    expect(rowsBetween(599_700, 600_000, 60, 10_000, 4)).toEqual({ start: 9_991, end: 10_000 });
    expect(rowsBetween(600, 900, 60, 3)).toEqual({ start: 3, end: 3 });
  });

  it("are scrolled to no farther than needed", () => {
    expect(revealed(2, 60, 0, 300)).toBe(0);
    expect(revealed(5, 60, 0, 300)).toBe(60);
    expect(revealed(2, 60, 200, 300)).toBe(120);
    // A row that is higher than the view begins at its top.
    expect(revealed(2, 60, 0, 40)).toBe(120);
  });
});

it("goes round the tabs with the arrows, in the direction of the words", () => {
  expect(neighbour("ArrowRight", 4, 5, false)).toBe(0);
  expect(neighbour("ArrowLeft", 0, 5, false)).toBe(4);
  expect(neighbour("ArrowLeft", 0, 5, true)).toBe(1);
  expect(neighbour("Home", 3, 5, false)).toBe(0);
  expect(neighbour("End", 0, 5, false)).toBe(4);
  expect(neighbour("a", 0, 5, false)).toBeNull();
});
