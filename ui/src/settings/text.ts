/** The text of a file for support: how long it is, and what in it stands for something that was left out. */

/** The longest text that the clipboard is given, in bytes. */
export const LONGEST_COPY = 64 * 1024;

/** What stands for something that was left out; other words in brackets are part of the text. */
const STANDS = /\[(?:account|address|home|id|ip|name|number|organisation|profile|query|redacted|set|tenant|user)\]/g;

/** A piece of a text. */
export interface Piece {
  text: string;
  /** Whether it stands for something that was left out. */
  hidden: boolean;
}

/** A text in pieces, in their order; together they are the text. */
export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let from = 0;
  for (const { 0: stands, index } of text.matchAll(STANDS)) {
    if (index > from) found.push({ text: text.slice(from, index), hidden: false });
    found.push({ text: stands, hidden: true });
    from = index + stands.length;
  }
  if (from < text.length) found.push({ text: text.slice(from), hidden: false });
  return found;
}

/** So many lines are laid out together. */
const LINES = 100;

/** A text in blocks of whole lines; together they are the text. */
export function blocks(text: string): string[] {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const found: string[] = [];
  for (let from = 0; from < lines.length; from += LINES) found.push(lines.slice(from, from + LINES).join(""));
  return found;
}

/** Bytes in words: `1 byte`, `612 bytes`, `14 kB`, `1.2 MB`. */
export function size(bytes: number): string {
  if (bytes < 1_000) return bytes === 1 ? "1 byte" : `${bytes} bytes`;
  if (bytes < 999_500) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** How many bytes a text has when it is written down. */
export function bytes(text: string): number {
  return new TextEncoder().encode(text).length;
}
