import { describe, expect, it } from "vitest";

import { intent, isMac, moved, prints, type Focus, type Press } from "./keys";

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  isComposing: false,
  ...more,
});

const on = (key: string, focus: Focus, more: Partial<Press> = {}) => intent(press(key, more), focus, false);

describe("keys", () => {
  it("search with a slash outside fields, and with Ctrl+K everywhere on the board", () => {
    expect(on("/", "list")).toEqual({ does: "search" });
    expect(on("/", "list", { shiftKey: true })).toEqual({ does: "search" });
    expect(on("/", "search")).toBeNull();
    expect(on("k", "search", { ctrlKey: true })).toEqual({ does: "search" });
    expect(on("K", "control", { ctrlKey: true })).toEqual({ does: "search" });
  });

  it("choose while typing in the search, but leave selecting and scrolling alone", () => {
    expect(on("ArrowDown", "search")).toEqual({ does: "choose", step: "down" });
    expect(on("End", "list")).toEqual({ does: "choose", step: "last" });
    expect(on("Home", "search", { shiftKey: true })).toBeNull();
    expect(on("PageDown", "panel")).toBeNull();
    expect(on("ArrowDown", "field")).toBeNull();
  });

  it("toggle filters outside fields only", () => {
    expect(on("1", "list")).toEqual({ does: "filter", at: 0 });
    expect(on("7", "control")).toEqual({ does: "filter", at: 6 });
    expect(on("8", "list")).toBeNull();
    expect(on("4", "search")).toBeNull();
    expect(on("1", "list", { ctrlKey: true })).toBeNull();
  });

  it("leave Enter to buttons", () => {
    expect(on("Enter", "search")).toEqual({ does: "detail" });
    expect(on("Enter", "list")).toEqual({ does: "detail" });
    expect(on("Enter", "control")).toBeNull();
    expect(on("Enter", "list", { ctrlKey: true })).toEqual({ does: "call" });
  });

  it("chat, watch and pin, but not from a note", () => {
    expect(on("m", "search", { ctrlKey: true })).toEqual({ does: "chat" });
    expect(on("b", "list", { ctrlKey: true })).toEqual({ does: "watch" });
    expect(on("P", "control", { ctrlKey: true })).toEqual({ does: "pin" });
    expect(on("p", "field", { ctrlKey: true })).toBeNull();
    expect(on("p", "list", { ctrlKey: true, shiftKey: true })).toBeNull();
  });

  it("go sideways in the list only", () => {
    expect(on("ArrowLeft", "list")).toEqual({ does: "beside", by: -1 });
    expect(on("ArrowRight", "list")).toEqual({ does: "beside", by: 1 });
    expect(on("ArrowRight", "list", { shiftKey: true })).toBeNull();
    for (const focus of ["search", "field", "control", "panel"] as const) expect(on("ArrowLeft", focus)).toBeNull();
  });

  it("never print", () => {
    expect(prints(press("p", { ctrlKey: true }), false)).toBe(true);
    expect(prints(press("P", { ctrlKey: true, shiftKey: true }), false)).toBe(true);
    expect(prints(press("p", { metaKey: true }), true)).toBe(true);
    expect(prints(press("p", { ctrlKey: true }), true)).toBe(false);
    expect(prints(press("p"), false)).toBe(false);
  });

  it("do nothing while a word is being composed", () => {
    expect(on("Enter", "search", { isComposing: true })).toBeNull();
  });

  it("take Command for Control on a Mac", () => {
    expect(isMac("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)")).toBe(true);
    expect(isMac("Mozilla/5.0 (X11; Linux x86_64)")).toBe(false);
    expect(intent(press("e", { metaKey: true }), "list", true)).toEqual({ does: "copy" });
    expect(intent(press("e", { ctrlKey: true }), "list", true)).toBeNull();
    expect(on("e", "list", { ctrlKey: true })).toEqual({ does: "copy" });
  });
});

describe("the choice", () => {
  it("stays within the list", () => {
    expect(moved(null, "down", 10, 4)).toBe(0);
    expect(moved(null, "up", 10, 4)).toBe(9);
    expect(moved(0, "up", 10, 4)).toBe(0);
    expect(moved(3, "pageDown", 10, 4)).toBe(7);
    expect(moved(8, "pageDown", 10, 4)).toBe(9);
    expect(moved(5, "first", 10, 4)).toBe(0);
    expect(moved(5, "last", 100_000, 4)).toBe(99_999);
    expect(moved(5, "down", 0, 4)).toBeNull();
  });
});
