import { afterEach, beforeEach, expect, it, vi } from "vitest";

import { Draft, REST } from "./draft.svelte";

let kept: string[];
let well: boolean;
let draft: Draft;

beforeEach(() => {
  vi.useFakeTimers();
  kept = [];
  well = true;
  draft = new Draft((text) => {
    kept.push(text);
    return Promise.resolve(well);
  });
});

afterEach(() => {
  vi.useRealTimers();
});

it("is kept once the typing rests", async () => {
  draft.focus("");
  draft.type("C");
  await vi.advanceTimersByTimeAsync(REST - 1);
  draft.type("Co");
  await vi.advanceTimersByTimeAsync(REST - 1);
  expect(kept).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(kept).toEqual(["Co"]);
  draft.blur();
  await vi.advanceTimersByTimeAsync(REST);
  expect(kept).toEqual(["Co"]);
});

it("is kept at once when the field is left, and shown until it is heard of", async () => {
  draft.focus("old");
  draft.type("new");
  draft.blur();
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toEqual(["new"]);
  expect(draft.or("old")).toBe("new");
  draft.receive();
  expect(draft.or("new, trimmed")).toBe("new, trimmed");
});

it("is never replaced while the field has the focus", () => {
  draft.focus("mine");
  draft.receive();
  expect(draft.or("theirs")).toBe("mine");
  draft.blur();
  expect(draft.or("theirs")).toBe("theirs");
  expect(kept).toEqual([]);
});

it("is not lost when it could not be kept, and tried again", async () => {
  well = false;
  draft.focus("");
  draft.type("words");
  draft.blur();
  await vi.advanceTimersByTimeAsync(0);
  draft.receive();
  expect(draft.or("")).toBe("words");
  well = true;
  draft.focus("");
  draft.blur();
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toEqual(["words", "words"]);
});

it("sends what is typed while it is being kept, after it", async () => {
  const done: (() => void)[] = [];
  draft = new Draft((text) => {
    kept.push(text);
    return new Promise((resolve) => done.push(() => resolve(true)));
  });
  draft.focus("");
  draft.type("a");
  draft.flush();
  draft.type("ab");
  draft.flush();
  expect(kept).toEqual(["a"]);
  done.shift()?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(kept).toEqual(["a", "ab"]);
});
