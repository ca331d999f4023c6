import { beforeEach, expect, it, vi } from "vitest";

import type { Query } from "../bindings/Query";
import { person } from "../board/fixtures";

const shell = vi.hoisted(() => ({ asked: [] as Query[], names: [] as string[], refuse: false }));

vi.mock("../ipc", () => ({
  board: (query: Query) => {
    shell.asked.push(query);
    if (shell.refuse) return Promise.reject(new Error("no"));
    const fit = shell.names.filter((name) => name.includes(query.search));
    const rows = fit.slice(0, query.limit).map((name) => person(`id ${name}`, { name }));
    // A free colleague whom the board suggests besides.
    return Promise.resolve({ found: fit.length, rows: query.search === "" ? rows : [...rows, person("besides")] });
  },
  problemOf: () => ({ code: "window.command", what: "", cause: "", remedy: "", detail: null }),
}));

const { Choosing } = await import("./choosing.svelte");
const settle = () => new Promise((done) => setTimeout(done));

beforeEach(() => {
  shell.asked = [];
  shell.refuse = false;
  shell.names = Array.from({ length: 50 }, (_, at) => `Person ${at}`);
});

it("offers the first twenty of everybody, whatever their state, the first one chosen", async () => {
  const choosing = new Choosing();
  expect(choosing.person).toBeNull();
  choosing.refresh();
  await settle();
  expect(shell.asked[0]).toMatchObject({ search: "", states: [], group: "none", offset: 0, limit: 20 });
  expect([choosing.people.length, choosing.found, choosing.person?.name]).toEqual([20, 50, "Person 0"]);
});

it("moves the choice, and stops at both ends", async () => {
  const choosing = new Choosing();
  choosing.refresh();
  await settle();
  choosing.step("up");
  expect(choosing.at).toBe(0);
  for (let at = 0; at < 30; at += 1) choosing.step("down");
  expect(choosing.person?.name).toBe("Person 19");
  choosing.step("pageUp");
  expect(choosing.person?.name).toBe("Person 11");
  expect(choosing.choose(3)?.id).toBe("id Person 3");
});

it("chooses nobody before those who fit the last words are known, and then the first of them", async () => {
  const choosing = new Choosing();
  choosing.refresh();
  await settle();
  choosing.step("down");
  choosing.search("4");
  expect(choosing.person).toBeNull();
  expect(choosing.choose(0)).toBeNull();
  await settle();
  expect(choosing.person?.name).toBe("Person 4");
  expect(choosing.people.some(({ id }) => id === "besides")).toBe(false);
});

it("chooses nobody where nobody fits, and says when nobody could be asked for", async () => {
  const choosing = new Choosing();
  choosing.search("nobody");
  await settle();
  choosing.step("down");
  expect([choosing.person, choosing.at, choosing.found]).toEqual([null, 0, 0]);
  shell.refuse = true;
  choosing.search("");
  await settle();
  expect(choosing.problem?.code).toBe("window.command");
  expect(choosing.person).toBeNull();
});
