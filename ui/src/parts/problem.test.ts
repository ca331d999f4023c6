import { expect, it } from "vitest";

import { details } from "./problem";

it("writes a problem down line by line, and nothing where nothing is known", () => {
  const problem = { code: "a.b", what: "What.", cause: "Cause.", remedy: "Remedy.", detail: "403, request 7" };
  expect(details(problem)).toBe("a.b\nWhat.\nCause.\nRemedy.\n403, request 7");
  expect(details({ ...problem, cause: "", detail: null })).toBe("a.b\nWhat.\nRemedy.");
});
