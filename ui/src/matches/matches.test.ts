import { describe, expect, it } from "vitest";

import type { MatchRow } from "../bindings/MatchRow";
import type { MatchTabCount } from "../bindings/MatchTabCount";
import { compared, followed, howMany, keyOf, mapping, neighbour, pathEnd, proportions, query, sentence } from "./matches";

const leila: MatchRow = {
  name: "Leila Farouk",
  department: "Warehouse",
  address: "leila.farouk@contoso.com",
  extension: "",
  why: "8x8 has nearly this address: l.farouk@contoso.com",
  remedy: "Make the email address in 8x8 the same as the Teams user name.",
  agent: null,
  actions: [],
};
const numbered = (at: number): MatchRow => ({ ...leila, address: `${at}@contoso.com` });

describe("the words", () => {
  const tabs: MatchTabCount[] = [
    { tab: "matched", label: "Matched", count: 1_203 },
    { tab: "onlyTeams", label: "Only in Teams", count: 31 },
    { tab: "onlyEight", label: "Only in 8x8", count: 9 },
    { tab: "duplicates", label: "Duplicates", count: 14 },
    { tab: "leftOut", label: "Left out", count: 3 },
    { tab: "agents", label: "Agents", count: 12 },
    { tab: "queues", label: "In queues", count: 40 },
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
    const bare = { ...leila, name: "", department: "", address: "", extension: "4021", why: "It has no email address", remedy: "" };
    expect(sentence(bare)).toBe("(no name), extension 4021. It has no email address.");
  });

  it("count agents as agents", () => {
    expect([howMany("agents", 1), howMany("agents", 12), howMany("queues", 1)]).toEqual(["1 agent", "12 agents", "1 person"]);
  });

  it("tell the end of a path, whatever divides it", () => {
    expect(pathEnd("/home/ann/Downloads/presence-sync-matches.csv")).toBe("…/Downloads/presence-sync-matches.csv");
    expect(pathEnd("C:\\Users\\ann\\Downloads\\presence-sync-matches-2.csv")).toBe(
      "…\\Downloads\\presence-sync-matches-2.csv",
    );
    expect(pathEnd("/tmp/a.csv")).toBe("/tmp/a.csv");
  });
});

describe("an agent", () => {
  it("is said to be a person, nobody, or nothing any more", () => {
    expect(mapping("a1", "p1")).toEqual({ agent: "a1", person: "p1" });
    expect(mapping("a1", "")).toEqual({ agent: "a1", person: "" });
    expect(mapping("a1", null)).toEqual({ agent: "a1" });
  });

  it("stays the same whoever it is said to be", () => {
    const agent = { ...leila, agent: "a1" };
    expect(keyOf(agent)).toBe(keyOf({ ...agent, address: "", extension: "4021" }));
    expect(keyOf(agent)).not.toBe(keyOf({ ...agent, agent: "a2" }));
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

it("goes round the tabs with the arrows, in the direction of the words", () => {
  expect(neighbour("ArrowRight", 4, 5, false)).toBe(0);
  expect(neighbour("ArrowLeft", 0, 5, false)).toBe(4);
  expect(neighbour("ArrowLeft", 0, 5, true)).toBe(1);
  expect(neighbour("Home", 3, 5, false)).toBe(0);
  expect(neighbour("End", 0, 5, false)).toBe(4);
  expect(neighbour("a", 0, 5, false)).toBeNull();
});
