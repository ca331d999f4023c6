import { describe, expect, it } from "vitest";

import { about, EVERYBODY, nobody, query, toggled } from "./choice";
import { LOOK } from "./fixtures";

describe("the choice", () => {
  it("toggles", () => {
    expect(toggled(["busy"], "away")).toEqual(["busy", "away"]);
    expect(toggled(["busy", "away"], "busy")).toEqual(["away"]);
  });

  it("becomes a question for at most as many rows as an answer holds", () => {
    const view = { ...LOOK, group: "site", hideOffline: true } as const;
    const asked = query({ ...EVERYBODY, folded: ["d:Sales"] }, view, { start: 40, end: 900 }, "a", [7, 0]);
    expect(asked).toEqual({
      search: "",
      states: [],
      group: "site",
      sort: "state",
      hideOffline: true,
      collapsed: ["d:Sales"],
      offset: 40,
      limit: 500,
      chosen: "a",
      known: [7, 0],
    });
  });

  it("is told from another one by all that decides which rows there are, and by nothing else", () => {
    const list = about(EVERYBODY, LOOK);
    expect(about({ ...EVERYBODY }, { ...LOOK, ...{ show: "cards", theme: "dark" } })).toBe(list);
    const others = [
      about({ ...EVERYBODY, search: "a" }, LOOK),
      about({ ...EVERYBODY, states: ["busy"] }, LOOK),
      about({ ...EVERYBODY, folded: ["p:"] }, LOOK),
      about(EVERYBODY, { ...LOOK, group: "none" }),
      about(EVERYBODY, { ...LOOK, sort: "name" }),
      about(EVERYBODY, { ...LOOK, hideOffline: true }),
    ];
    expect(new Set([list, ...others]).size).toBe(7);
  });
});

describe("nobody", () => {
  it("says what was searched", () => {
    const said = nobody({ ...EVERYBODY, search: " anneliese k " }, 0, 1);
    expect(said.title).toBe("No one matches “anneliese k”");
    expect(said.text).toContain("1 person");
    expect(said.because).toBe("search");
  });

  it("says when it is the filters", () => {
    const said = nobody({ ...EVERYBODY, states: ["away", "busy"] }, 12, 12);
    expect(said.title).toBe("No one under Busy or Away");
    expect(said.text).toBe("There are 12 people in other states.");
    expect(nobody({ ...EVERYBODY, search: "ann", states: ["busy"] }, 1, 12).text).toBe(
      "There is 1 person matching “ann” in other states.",
    );
  });

  it("says when all of them are hidden", () => {
    expect(nobody(EVERYBODY, 12, 12)).toEqual({
      title: "Everybody is offline",
      text: "There are 12 people, and offline people are hidden.",
      because: "hidden",
    });
  });
});
