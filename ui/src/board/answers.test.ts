import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Detail } from "../bindings/Detail";
import type { Line } from "../bindings/Line";
import type { Query } from "../bindings/Query";
import type { Window } from "../bindings/Window";

const shell = vi.hoisted(() => ({
  asked: [] as Query[],
  called: [] as string[],
  /** How many of the people with a name there are; nobody has any other. */
  people: new Map<string, number>(),
  /** Rows an answer holds at most. */
  most: 500,
}));

const line = (id: string): Line => ({
  id,
  name: id,
  title: "",
  extension: "4021",
  state: "available",
  label: "Available",
  detail: "",
  tags: [],
  outOfOffice: false,
  stale: false,
  forSeconds: 60,
  ageSeconds: 3,
});

vi.mock("../ipc", () => ({
  board: (query: Query): Promise<Window> => {
    shell.asked.push(query);
    const total = shell.people.get(query.search) ?? 0;
    const all = Array.from({ length: total }, (_, at) => `${query.search}${at}`);
    const chosen = query.chosen === null ? -1 : all.indexOf(query.chosen);
    return Promise.resolve({
      revision: 1,
      everybody: shell.people.get("") ?? 0,
      counts: [total, 0, 0, 0, 0, 0, 0],
      found: total,
      listed: total,
      groups: [{ name: "", free: total, total, collapsed: false }],
      offset: query.offset,
      rows: all.slice(query.offset, query.offset + Math.min(shell.most, query.limit)).map(line),
      chosen: chosen < 0 ? null : chosen,
      allStale: false,
    });
  },
  detail: (id: string): Promise<Detail> =>
    Promise.resolve({
      line: line(id),
      department: "",
      email: "",
      userName: null,
      pbx: null,
      hasContact: true,
      teams: null,
      eight: { state: "available", label: "Available", value: "available" },
    }),
  call: (id: string) => {
    shell.called.push(id);
    return Promise.resolve(null);
  },
  copyExtension: () => Promise.resolve(null),
  problemOf: (reason: unknown) => {
    throw reason;
  },
}));

const settle = () => new Promise((done) => setTimeout(done, 0));

describe("the board", () => {
  let board: (typeof import("./answers.svelte"))["board"];

  beforeEach(async () => {
    vi.resetModules();
    shell.asked = [];
    shell.called = [];
    shell.most = 500;
    shell.people = new Map([
      ["", 10_000],
      ["ann", 3],
    ]);
    ({ board } = await import("./answers.svelte"));
    board.refresh();
    await settle();
    board.look({ start: 0, end: 20 });
  });

  it("chooses the first who fits the search", async () => {
    board.search("ann");
    await settle();
    expect(board.chosen).toBe("ann0");
    board.step("down", 10);
    expect(board.chosen).toBe("ann1");
    expect(board.row).toBe(1);
  });

  it("calls the person who was typed, not the one chosen before, however fast the keys come", async () => {
    board.step("first", 10);
    expect(board.chosen).toBe("0");
    board.search("ann");
    board.withChosen(board.call);
    expect(shell.called).toEqual([]);
    await settle();
    expect(shell.called).toEqual(["ann0"]);
  });

  it("calls nobody when nobody fits", async () => {
    board.step("first", 10);
    board.search("zzz");
    board.withChosen(board.call);
    await settle();
    board.withChosen(board.call);
    expect(shell.called).toEqual([]);
    expect(board.chosen).toBeNull();
  });

  it("chooses a row that no answer holds yet", async () => {
    board.step("last", 10);
    expect(board.chosen).toBeNull();
    await settle();
    expect(board.chosen).toBe("9999");
    expect(board.row).toBe(9_999);
  });

  it("chooses the last when the list got shorter meanwhile", async () => {
    shell.people.set("", 50);
    board.step("last", 10);
    await settle();
    await settle();
    expect(board.chosen).toBe("49");
  });

  it("keeps to the chosen person when the row is out of what was answered", async () => {
    board.step("first", 10);
    board.look({ start: 5_000, end: 5_020 });
    await settle();
    board.refresh();
    await settle();
    expect(board.window?.offset).toBeGreaterThan(4_000);
    expect(board.row).toBe(0);
  });

  it("does not ask for ever when answers hold less than they should", async () => {
    shell.most = 5;
    board.look({ start: 3_000, end: 3_020 });
    for (let turn = 0; turn < 20; turn += 1) await settle();
    expect(shell.asked.length).toBeLessThan(5);
  });

  it("takes no answer to a question from before it forgot everything", async () => {
    board.refresh();
    board.forget();
    await settle();
    expect(board.window).toBeNull();
    board.refresh();
    await settle();
    expect(board.window?.listed).toBe(10_000);
  });

  it("clears the search, then the filters, then closes the detail", async () => {
    board.step("first", 10);
    board.toggleDetail();
    board.toggle("available");
    board.search("ann");
    await settle();
    expect(board.clear()).toBe(true);
    expect(board.choice).toMatchObject({ search: "", states: ["available"] });
    expect(board.clear()).toBe(true);
    expect(board.choice.states).toEqual([]);
    expect(board.open).toBe(true);
    expect(board.clear()).toBe(true);
    expect(board.open).toBe(false);
    expect(board.clear()).toBe(false);
  });
});
