import { expect, it } from "vitest";

import { group } from "./fixtures";
import { foldable, tally, title } from "./headings";

const words = (heading: Parameters<typeof title>[0], old = false) => {
  const { green, rest } = tally(heading, old);
  return [title(heading, old), green, rest];
};

it("says above a group what its people have in common, and who of them is free", () => {
  const some = { total: 4, free: 1 };
  expect(words(group("", 4, { kind: "pinned", ...some }))).toEqual(["Pinned", "1 free", " of 4"]);
  expect(words(group("Sales", 4, some))).toEqual(["Sales", "1 free", " of 4"]);
  expect(words(group("", 4))).toEqual(["No department", "", "0 free of 4"]);
  expect(words(group("", 4, { kind: "site" }))[0]).toBe("No site");
  expect(words(group("", 4, { kind: "all", ...some }))[0]).toBe("Everyone else");
  expect(words(group("", 4, { kind: "found", ...some }))).toEqual(["Matches", "", "4"]);
  expect(words(group("Sales", 4, { kind: "besides", free: 4 }))).toEqual(["Also in Sales, free now", "4", ""]);
});

it("speaks of the past when everything is old", () => {
  expect(words(group("Sales", 4, { free: 1 }), true)).toEqual(["Sales", "", "1 of 4 were free"]);
  expect(words(group("Sales", 4, { kind: "besides", free: 4 }), true)).toEqual(["Also in Sales, were free", "", "4"]);
});

it("folds groups, but nothing that was searched for", () => {
  const kinds = ["pinned", "department", "site", "found", "besides", "all"] as const;
  expect(kinds.filter((kind) => foldable(group("", 1, { kind })))).toEqual(["pinned", "department", "site"]);
});
