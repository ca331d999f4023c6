import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Matches } from "../bindings/Matches";
import type { MatchQuery } from "../bindings/MatchQuery";
import type { MatchRow } from "../bindings/MatchRow";
import type { MatchTabCount } from "../bindings/MatchTabCount";

const shell = vi.hoisted(() => ({
  asked: [] as MatchQuery[],
  copied: [] as string[],
  names: [] as string[],
  tabs: [] as MatchTabCount[],
  sent: [] as unknown[],
}));

const row = (name: string): MatchRow => ({
  name,
  department: "",
  address: `${name}@contoso.com`,
  extension: "",
  why: "",
  remedy: "",
  agent: null,
  actions: [],
});

vi.mock("../live.svelte", () => ({ live: { refresh: () => undefined } }));
vi.mock("../announcer.svelte", () => ({ announcer: { say: () => undefined } }));
vi.mock("../ipc", () => ({
  matches: (query: MatchQuery): Promise<Matches> => {
    shell.asked.push(query);
    const all = shell.names.filter((name) => name.includes(query.search)).map((name) => {
      const one = row(query.tab + name);
      return query.tab === "agents" ? { ...one, agent: name } : one;
    });
    return Promise.resolve({
      revision: 1,
      headline: "",
      known: true,
      tabs: shell.tabs,
      hint: "",
      listed: all.length,
      offset: query.offset,
      rows: all.slice(query.offset, query.offset + query.limit),
    });
  },
  copyText: (text: string) => {
    shell.copied.push(text);
    return Promise.resolve(null);
  },
  setupDo: (request: unknown) => {
    shell.sent.push(request);
    return Promise.resolve(null);
  },
  exportMatches: () => Promise.resolve("/home/ann/Downloads/presence-sync-matches.csv"),
  syncNow: () => Promise.resolve(null),
  problemOf: (reason: unknown) => {
    throw reason;
  },
}));

const { report } = await import("./answers.svelte");
const settle = () => new Promise((done) => setTimeout(done));

beforeEach(async () => {
  report.forget();
  shell.names = Array.from({ length: 10_000 }, (_, at) => `-${String(at).padStart(4, "0")}`);
  report.refresh();
  await settle();
  shell.asked = [];
  shell.copied = [];
  shell.sent = [];
  shell.tabs = [];
});

describe("the rows", () => {
  it("are asked for where they are looked at, a few hundred at the most", async () => {
    report.look({ start: 5, end: 20 });
    expect(shell.asked).toEqual([]);
    report.look({ start: 5_000, end: 5_015 });
    await settle();
    expect(shell.asked).toHaveLength(1);
    expect(shell.asked[0]?.offset).toBeLessThanOrEqual(5_000);
    expect(shell.asked[0]?.limit).toBeLessThanOrEqual(500);
    report.look({ start: 5_002, end: 5_017 });
    await settle();
    expect(shell.asked).toHaveLength(1);
  });

  it("are asked for once more, however often something changed meanwhile", async () => {
    for (let at = 0; at < 50; at += 1) report.refresh();
    await settle();
    expect(shell.asked).toHaveLength(2);
  });

  it("come from the top of another part", async () => {
    report.look({ start: 5_000, end: 5_015 });
    await settle();
    report.show("onlyEight");
    await settle();
    expect(shell.asked.at(-1)).toMatchObject({ tab: "onlyEight", offset: 0 });
    expect(report.answered.tab).toBe("onlyEight");
  });
});

describe("the choice", () => {
  it("reaches the end of a list of which only the start is there", async () => {
    report.step("last", 10);
    expect(report.row).toBeNull();
    await settle();
    expect(report.row?.name).toBe("onlyTeams-9999");
    report.step("up", 10);
    expect(report.row?.name).toBe("onlyTeams-9998");
  });

  it("stays with the person when others come before, and goes on from there when the person went", async () => {
    report.choose(5);
    shell.names.unshift("-early");
    report.refresh();
    await settle();
    expect(report.chosen?.row).toBe(6);
    shell.names.splice(6, 1);
    report.refresh();
    await settle();
    expect(report.row).toBeNull();
    report.copyChosen();
    expect(shell.copied).toEqual([]);
    report.step("down", 10);
    expect(report.chosen?.row).toBe(7);
  });

  it("is the first who fits, and nobody is copied before that is known", async () => {
    report.choose(5);
    report.search("0042");
    report.copyChosen();
    report.choose(7);
    await settle();
    expect(shell.copied).toEqual([]);
    report.copyChosen();
    expect(shell.copied).toEqual(["onlyTeams-0042@contoso.com"]);
  });

  it("is given up with the search", async () => {
    report.search("0042");
    await settle();
    expect(report.clear()).toBe(true);
    await settle();
    expect(report.chosen).toBeNull();
    expect(report.clear()).toBe(false);
  });
});

describe("an agent", () => {
  const agent: MatchRow = { ...row("onlyTeams-0003"), agent: "a1" };

  it("is mapped once, and the list asked for anew", async () => {
    const first = report.map(agent, "p1", "This is Ann Lee");
    expect(await report.map(agent, "p2", "This is Bo Berg")).toBe(false);
    expect(await first).toBe(true);
    await settle();
    const request = { integration: "eightToTeams", act: "mapAgent", step: null };
    expect(shell.sent).toEqual([{ ...request, values: { agent: "a1", person: "p1" } }]);
    expect(shell.asked).toHaveLength(1);
    await report.map(agent, null, "Take back");
    expect(shell.sent.at(-1)).toEqual({ ...request, values: { agent: "a1" } });
  });

  it("gives its place to the next, with whom it goes on", async () => {
    report.show("agents");
    await settle();
    report.choose(3);
    const { row: third } = report;
    if (third === null) throw new Error("nobody is chosen");
    await report.map(third, "p1", "This is Ann Lee");
    shell.names.splice(3, 1);
    report.refresh();
    await settle();
    expect(report.chosen).toBeNull();
    report.step("down", 10);
    expect(report.row?.name).toBe("agents-0004");
  });

  it("is nothing that can be said of a person", async () => {
    expect(await report.map(row("x"), "p1", "This is Ann Lee")).toBe(false);
    expect(shell.sent).toEqual([]);
  });
});

it("goes back to the first part when the one that is shown is gone", async () => {
  report.show("agents");
  shell.tabs = [{ tab: "onlyTeams", label: "Only in Teams", count: 1 }];
  report.refresh();
  await settle();
  expect(report.choice.tab).toBe("onlyTeams");
  expect(report.answered.tab).toBe("onlyTeams");
});

it("tells where it was saved until it is asked to save again", async () => {
  await report.save();
  expect(report.saved).toBe("/home/ann/Downloads/presence-sync-matches.csv");
  report.forget();
  expect(report.saved).toBeNull();
});
