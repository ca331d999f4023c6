import { beforeEach, describe, expect, it, vi } from "vitest";

import type { DeskWish } from "../bindings/DeskWish";
import type { Detail } from "../bindings/Detail";
import type { Preferences } from "../bindings/Preferences";
import type { Query } from "../bindings/Query";
import type { Window } from "../bindings/Window";
import { answer, everybody, LOOK, person } from "./fixtures";
import { layout } from "./layout";

const shell = vi.hoisted(() => ({
  asked: [] as Query[],
  called: [] as string[],
  wished: [] as DeskWish[],
  /** How many of the people with a name there are; nobody has any other. */
  people: new Map<string, number>(),
  /** Rows an answer holds at most. */
  most: 500,
  /** Whose row has changed, by id, and how often. */
  changed: new Map<string, number>(),
  /** Who is in a group, and its key. */
  folded: "",
}));

const line = (id: string) => person(id, { mark: (shell.changed.get(id) ?? 0) + 1 });

vi.mock("../ipc", () => ({
  board: (query: Query): Promise<Window> => {
    shell.asked.push(query);
    const total = query.collapsed.includes(shell.folded) ? 0 : (shell.people.get(query.search) ?? 0);
    const all = Array.from({ length: total }, (_, at) => `${query.search}${at}`);
    const chosen = query.chosen === null ? -1 : all.indexOf(query.chosen);
    const lines = all.slice(query.offset, query.offset + Math.min(shell.most, query.limit)).map(line);
    const rows = lines.map((row, at) => (query.known[at] === row.mark ? null : row));
    return Promise.resolve(
      answer(rows, {
        everybody: shell.people.get("") ?? 0,
        found: total,
        listed: total,
        groups: [everybody(total)],
        offset: query.offset,
        ages: rows.map(() => 3),
        chosen: chosen < 0 ? null : chosen,
      }),
    );
  },
  detail: (id: string): Promise<Detail> =>
    Promise.resolve({
      line: line(id),
      department: "",
      site: "",
      phones: [],
      note: "",
      today: { spans: [], now: 0, summary: "" },
      departmentWatched: false,
      email: "",
      userName: null,
      pbx: null,
      hasContact: true,
      teams: null,
      eight: { state: "available", label: "Available", value: "available" },
    }),
  settings: () => Promise.resolve({ preferences: { interval: 30, look: LOOK } as Preferences }),
  deskWish: (wish: DeskWish) => {
    shell.wished.push(wish);
    return Promise.resolve(null);
  },
  status: () => Promise.resolve({ look: LOOK, writing: "en-GB" }),
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
  let acts: (typeof import("./acts.svelte"))["acts"];

  beforeEach(async () => {
    vi.resetModules();
    shell.asked = [];
    shell.called = [];
    shell.wished = [];
    shell.changed = new Map();
    shell.folded = "";
    shell.most = 500;
    shell.people = new Map([
      ["", 10_000],
      ["ann", 3],
    ]);
    // Announcements wait for a frame.
    vi.stubGlobal("requestAnimationFrame", (then: () => void) => setTimeout(then, 0));
    ({ board } = await import("./answers.svelte"));
    ({ acts } = await import("./acts.svelte"));
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
    board.withChosen(acts.call);
    expect(shell.called).toEqual([]);
    await settle();
    expect(shell.called).toEqual(["ann0"]);
  });

  it("calls nobody when nobody fits", async () => {
    board.step("first", 10);
    board.search("zzz");
    board.withChosen(acts.call);
    await settle();
    board.withChosen(acts.call);
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

  it("asks for no more than is in sight and a little around it", async () => {
    expect(shell.asked[0]).toMatchObject({ offset: 0, limit: 40, known: [] });
    board.look({ start: 500, end: 530 });
    await settle();
    expect(shell.asked.at(-1)).toMatchObject({ offset: 480, limit: 70 });
  });

  it("says which rows it has, and keeps them", async () => {
    board.look({ start: 10, end: 40 });
    await settle();
    const { known, offset, limit } = shell.asked.at(-1) ?? { known: [], offset: -1, limit: -1 };
    expect([offset, limit, known.length]).toEqual([0, 60, 60]);
    expect(known.slice(38, 42)).toEqual([1, 1, 0, 0]);
    shell.changed.set("12", 5);
    board.refresh();
    await settle();
    expect(board.window?.rows.map((row) => row?.id)).toEqual(Array.from({ length: 60 }, (_, at) => `${at}`));
    expect(board.window?.rows[12]?.mark).toBe(6);
    board.refresh();
    await settle();
    expect(shell.asked.at(-1)?.known[12]).toBe(6);
  });

  it("says that it has none when other rows are asked for", async () => {
    board.search("ann");
    await settle();
    expect(shell.asked.at(-1)?.known).toEqual([]);
    board.refresh();
    await settle();
    expect(shell.asked.at(-1)?.known.slice(0, 4)).toEqual([1, 1, 1, 0]);
    board.fold("d:Sales");
    await settle();
    expect(shell.asked.at(-1)?.known).toEqual([]);
    board.arrange({ group: "site" });
    await settle();
    expect(shell.asked.at(-1)).toMatchObject({ group: "site", known: [] });
  });

  it("keeps how it is put together among the preferences, and shows it at once", async () => {
    board.arrange({ sort: "name" });
    expect(shell.asked.at(-1)?.sort).toBe("name");
    await settle();
    const look = { ...LOOK, sort: "name" };
    expect(shell.wished).toEqual([{ do: "prefer", preferences: { interval: 30, look } }]);
  });

  it("opens on somebody, whatever was searched for or folded", async () => {
    shell.folded = "d:Sales";
    board.fold("d:Sales");
    board.search("zzz");
    board.toggle("busy");
    await settle();
    board.visit("700");
    for (let turn = 0; turn < 5; turn += 1) await settle();
    expect(board.choice).toEqual({ search: "", states: [], folded: [] });
    expect([board.chosen, board.open, board.row]).toEqual(["700", true, 700]);
    expect(board.reveal).toEqual({ row: 700 });
    expect(board.detail?.line.id).toBe("700");
  });

  it("opens on somebody who is not listed all the same, and asks no more than that", async () => {
    board.visit("nobody listed");
    for (let turn = 0; turn < 5; turn += 1) await settle();
    const asked = shell.asked.length;
    for (let turn = 0; turn < 5; turn += 1) await settle();
    expect([board.open, board.detail?.line.id, board.row]).toEqual([true, "nobody listed", null]);
    expect(shell.asked.length).toBe(asked);
  });

  it("pins and waits for the chosen person", async () => {
    board.step("first", 10);
    board.withChosen((line) => void acts.pin(line));
    board.withChosen((line) => void acts.watch({ ...line, state: "busy" }));
    // There is nothing to wait for.
    board.withChosen((line) => void acts.watch(line));
    await settle();
    expect(shell.wished).toEqual([
      { do: "pin", person: "0", wanted: true },
      { do: "watch", target: { person: "0" }, wanted: true },
    ]);
  });

  it("goes through cards by how they are laid out", async () => {
    const cards = layout([everybody(10_000)], { row: 92, heading: 32, columns: 4 });
    board.step("first", 3, cards);
    board.step("down", 3, cards);
    expect(board.chosen).toBe("4");
    board.beside(1);
    expect(board.chosen).toBe("5");
    board.step("pageDown", 3, cards);
    expect(board.chosen).toBe("17");
    board.beside(-1);
    expect(board.chosen).toBe("16");
    await settle();
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
