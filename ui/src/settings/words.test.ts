import { expect, it } from "vitest";

import type { KeptAccount } from "../bindings/KeptAccount";
import { removal } from "./words";

const account = { act: "signOut" } as KeptAccount;

it("says what is lost for good when everything is removed", () => {
  const nothing = removal({ accounts: [], pinned: 0, notes: 0 });
  expect(nothing).toHaveLength(2);
  expect(nothing[0]).toMatch(/^Deletes /);
  const [first, second, last] = removal({ accounts: [account], pinned: 1, notes: 1_200 });
  expect(first).toMatch(/^Signs out, and deletes /);
  expect(second).toMatch(/^1 pin and 1.?200 notes can not be brought back\.$/);
  expect(last).toContain("Nothing is changed in Teams or 8x8");
  expect(removal({ accounts: [], pinned: 0, notes: 2 })[1]).toBe("2 notes can not be brought back.");
});
