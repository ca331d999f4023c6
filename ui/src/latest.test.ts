import { describe, expect, it } from "vitest";

import { latest } from "./latest";

const settle = () => new Promise((done) => setTimeout(done, 0));

describe("latest", () => {
  it("runs once more for any number of pokes during a run", async () => {
    const waiting: (() => void)[] = [];
    let runs = 0;
    const poke = latest(() => {
      runs += 1;
      return new Promise((done) => waiting.push(done));
    });
    poke();
    poke();
    poke();
    poke();
    expect(runs).toBe(1);
    waiting.shift()?.();
    await settle();
    expect(runs).toBe(2);
    waiting.shift()?.();
    await settle();
    expect(runs).toBe(2);
    poke();
    expect(runs).toBe(3);
  });
});
