import { describe, expect, it } from "vitest";

import { EVERYBODY, nobody, query, toggled } from "./choice";

describe("the choice", () => {
  it("toggles", () => {
    expect(toggled(["busy"], "away")).toEqual(["busy", "away"]);
    expect(toggled(["busy", "away"], "busy")).toEqual(["away"]);
  });

  it("becomes a question for at most as many rows as an answer holds", () => {
    const asked = query({ ...EVERYBODY, folded: ["Sales"] }, { start: 40, end: 900 }, "a");
    expect(asked).toEqual({
      search: "",
      states: [],
      group: "department",
      sort: "state",
      collapsed: ["Sales"],
      offset: 40,
      limit: 500,
      chosen: "a",
    });
  });
});

describe("nobody", () => {
  it("says what was searched", () => {
    const said = nobody({ ...EVERYBODY, search: " anneliese k " }, 0, 1);
    expect(said.title).toBe("No one matches “anneliese k”");
    expect(said.text).toContain("1 person");
    expect(said.filtered).toBe(false);
  });

  it("says when it is the filters", () => {
    const said = nobody({ ...EVERYBODY, states: ["away", "busy"] }, 12, 12);
    expect(said.title).toBe("No one under Busy or Away");
    expect(said.text).toBe("There are 12 people in other states.");
    expect(nobody({ ...EVERYBODY, search: "ann", states: ["busy"] }, 1, 12).text).toBe(
      "There is 1 person matching “ann” in other states.",
    );
  });
});
