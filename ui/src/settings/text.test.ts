import { describe, expect, it } from "vitest";

import { blocks, bytes, LONGEST_COPY, pieces, size } from "./text";

describe("the pieces of a text", () => {
  it("tell what was left out from everything else", () => {
    expect(pieces("user=[address] asked [name], 3 [times]")).toEqual([
      { text: "user=", hidden: false },
      { text: "[address]", hidden: true },
      { text: " asked ", hidden: false },
      { text: "[name]", hidden: true },
      { text: ", 3 [times]", hidden: false },
    ]);
    expect(pieces("[redacted][id]").map(({ hidden }) => hidden)).toEqual([true, true]);
    expect(pieces("[[name]] [NAME] [name").filter(({ hidden }) => hidden)).toEqual([{ text: "[name]", hidden: true }]);
  });

  it("are the text again", () => {
    for (const text of ["", "plain", "[name]", "a\n[ip] b\n", "<b>[user]</b> & [home]/x"]) {
      expect(pieces(text).map((piece) => piece.text).join("")).toBe(text);
    }
    expect(pieces("")).toEqual([]);
  });
});

it("keeps a text whole in blocks of lines", () => {
  const text = Array.from({ length: 250 }, (_, line) => `line ${line}\n`).join("") + "the end";
  const found = blocks(text);
  expect(found.join("")).toBe(text);
  expect(found.map((block) => block.split("\n").length - 1)).toEqual([100, 100, 50]);
  expect([blocks(""), blocks("\n\n"), blocks("one")]).toEqual([[], ["\n\n"], ["one"]]);
});

it("says how long a text is", () => {
  const words = [0, 1, 999, 1_000, 14_320, 999_499, 999_500, 1_234_567].map(size);
  expect(words).toEqual(["0 bytes", "1 byte", "999 bytes", "1 kB", "14 kB", "999 kB", "1.0 MB", "1.2 MB"]);
  expect([bytes(""), bytes("abc"), bytes("é€")]).toEqual([0, 3, 5]);
  expect(bytes("x".repeat(LONGEST_COPY)) > LONGEST_COPY).toBe(false);
});
