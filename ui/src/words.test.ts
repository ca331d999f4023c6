import { expect, it } from "vitest";

import { either, people } from "./words";

it("counts people", () => {
  expect(people(1)).toBe("1 person");
  expect(people(0)).toBe("0 people");
  expect(people(12)).toBe("12 people");
});

it("joins choices", () => {
  expect(either([])).toBe("");
  expect(either(["Busy"])).toBe("Busy");
  expect(either(["Busy", "Away"])).toBe("Busy or Away");
  expect(either(["Busy", "On call", "Away"])).toBe("Busy, On call or Away");
});
