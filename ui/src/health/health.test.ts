import { expect, it } from "vitest";

import type { Tone } from "../bindings/Tone";
import { worst } from "./health";

const source = (tone: Tone) => ({ name: "", tone, state: "", ageSeconds: null, problem: null });

it("is as well as its worst source", () => {
  expect(worst([])).toBe("good");
  expect(worst([source("good"), source("plain")])).toBe("plain");
  expect(worst([source("bad"), source("warning")])).toBe("bad");
});
