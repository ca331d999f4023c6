/** Line drawings on a grid of 16, with strokes of 1.5: `lines` are stroked, `dots` are filled. */

interface Drawing {
  lines: string;
  dots?: string;
  /** Whether it points somewhere and so is mirrored where text runs from right to left. */
  flips?: boolean;
}

const ring = (x: number, y: number, radius: number) =>
  `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0z`;

const BELL = "M4 10.6V7.3a4 4 0 0 1 8 0v3.3l1.1 1.4H2.9z";
const STAR = "M8 2.2l1.62 3.98 4.28.3-3.28 2.77 1.02 4.17L8 11.15l-3.64 2.27 1.02-4.17L2.1 6.48l4.28-.3z";

export const ICONS = {
  aged: {
    lines:
      "M4.2 2.4h7.6M4.2 13.6h7.6M5.1 2.4v1.8C5.1 5.9 8 6.8 8 8s-2.9 2.1-2.9 3.8v1.8M10.9 2.4v1.8C10.9 5.9 8 6.8 8 8s2.9 2.1 2.9 3.8v1.8",
  },
  arrow: { lines: "M2.8 8h10.2M9.2 4.2L13 8l-3.8 3.8", flips: true },
  back: { lines: "M9.8 4.2L6 8l3.8 3.8", flips: true },
  ban: { lines: ring(8, 8, 6) + "M3.8 3.8l8.4 8.4" },
  bell: { lines: BELL + "M6.6 13.9a1.6 1.6 0 0 0 2.8 0" },
  bellOn: { lines: BELL + "M6.6 13.9a1.6 1.6 0 0 0 2.8 0", dots: BELL },
  board: { lines: "M6.5 3.8h7M6.5 8h7M6.5 12.2h7", dots: ring(3, 3.8, 1.2) + ring(3, 8, 1.2) + ring(3, 12.2, 1.2) },
  building: {
    lines:
      "M3.4 13.5v-10a1 1 0 0 1 1-1h7.2a1 1 0 0 1 1 1v10M1.9 13.5h12.2M6 5.4h.9M9.1 5.4h.9M6 8.2h.9M9.1 8.2h.9M6.9 13.5v-2.6h2.2v2.6",
  },
  cards: { lines: "M2.6 2.6h4v4h-4zM9.4 2.6h4v4h-4zM2.6 9.4h4v4h-4zM9.4 9.4h4v4h-4z" },
  chat: {
    lines:
      "M2.5 4.6a2 2 0 0 1 2-2h7a2 2 0 0 1 2 2v3.9a2 2 0 0 1-2 2H7.6l-3 2.8v-2.8h-.1a2 2 0 0 1-2-2z",
  },
  check: { lines: "M3 8.6l3.3 3.2L13 4.8" },
  clock: { lines: ring(8, 8, 6) + "M8 4.6v3.5l2.4 1.5" },
  close: { lines: "M4.2 4.2l7.6 7.6M11.8 4.2l-7.6 7.6" },
  copy: { lines: "M7 5.6h5a1.5 1.5 0 0 1 1.5 1.5v5a1.5 1.5 0 0 1-1.5 1.5H7a1.5 1.5 0 0 1-1.5-1.5v-5A1.5 1.5 0 0 1 7 5.6zM3.4 10.4a1 1 0 0 1-.9-1V3.7c0-.7.5-1.2 1.2-1.2h5.7a1 1 0 0 1 1 .9" },
  dots: { lines: "", dots: ring(3.4, 8, 1.3) + ring(8, 8, 1.3) + ring(12.6, 8, 1.3) },
  down: { lines: "M4.2 6.2L8 10l3.8-3.8" },
  download: { lines: "M8 2.5v7.6M4.9 7.1L8 10.2l3.1-3.1M2.8 13.4h10.4" },
  fail: { lines: ring(8, 8, 6.2) + "M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4" },
  file: { lines: "M4 2.4h5.2L12.6 6v7.6H4zM9.2 2.4V6h3.4" },
  flask: {
    lines:
      "M5.8 2.4h4.4M6.7 2.4v4.2L3.3 12a1 1 0 0 0 .9 1.6h7.6a1 1 0 0 0 .9-1.6L9.3 6.6V2.4M4.9 9.6h6.2",
  },
  forward: { lines: "M6.2 4.2L10 8l-3.8 3.8", flips: true },
  gear: {
    lines:
      ring(8, 8, 2.2) +
      "M8 1.9v2M8 12.1v2M1.9 8h2M12.1 8h2M3.7 3.7l1.4 1.4M10.9 10.9l1.4 1.4M12.3 3.7l-1.4 1.4M5.1 10.9l-1.4 1.4",
  },
  health: { lines: "M1.5 8.5h2.8l2-5.2 3.2 9.4 2-4.2h3" },
  info: { lines: ring(8, 8, 6) + "M8 7.4v3.6", dots: ring(8, 5, 0.9) },
  key: { lines: ring(10.4, 5.6, 3.1) + "M8.2 7.8l-5.6 5.6h2.4v-1.8h1.9V9.6" },
  leftOut: { lines: "M5.4 8h5.2M13.9 9.6a6.1 6.1 0 0 1-2 3M9.6 13.9a6.1 6.1 0 0 1-3.6-.1M3.9 12.5a6.1 6.1 0 0 1-1.8-3M2.1 6.4a6.1 6.1 0 0 1 2-3M6.4 2.1a6.1 6.1 0 0 1 3.6.1M12.1 3.5a6.1 6.1 0 0 1 1.8 3" },
  lock: { lines: "M4.5 7.2h7a1 1 0 0 1 1 1v4.3a1 1 0 0 1-1 1h-7a1 1 0 0 1-1-1V8.2a1 1 0 0 1 1-1zM5.4 7.2V5.1a2.6 2.6 0 0 1 5.2 0v2.1" },
  matches: { lines: ring(5.9, 8, 4.1) + ring(10.1, 8, 4.1) },
  network: { lines: ring(8, 8, 6.1) + "M1.9 8h12.2M8 1.9c-4.4 3.6-4.4 8.6 0 12.2M8 1.9c4.4 3.6 4.4 8.6 0 12.2" },
  notYet: { lines: ring(8, 8, 6.1) },
  offline: {
    lines: "M2.2 2.6l11.6 10.8M4.3 8.9a5.4 5.4 0 0 1 3-1.5M2.2 6.4a8.3 8.3 0 0 1 2.5-1.6M7.4 4.1a8.4 8.4 0 0 1 6.4 2.3M10.6 8.1c.4.2.8.5 1.1.8M6.4 11.2a2.3 2.3 0 0 1 2.6-.3",
    dots: ring(8, 13.1, 0.9),
  },
  out: {
    lines: "M6.6 3.4h-3a1 1 0 0 0-1 1v8a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1v-3M9.5 2.5h4v4M13.5 2.5L7.6 8.4",
    flips: true,
  },
  pass: { lines: ring(8, 8, 6.2) + "M5.2 8.3l2 1.9 3.7-4.1" },
  pause: { lines: "M5.6 3.6v8.8M10.4 3.6v8.8" },
  person: { lines: ring(8, 8, 6.2) + ring(8, 6.6, 2) + "M4.2 12.4c.7-1.6 2-2.4 3.8-2.4s3.1.8 3.8 2.4" },
  phone: {
    lines:
      "M4.3 2.4h1.8l1.1 2.9-1.5 1.1a8 8 0 0 0 3.9 3.9l1.1-1.5 2.9 1.1v1.8c0 .9-.7 1.6-1.6 1.5A10.4 10.4 0 0 1 2.8 4c-.1-.9.6-1.6 1.5-1.6z",
  },
  rehearse: { lines: "M2.3 4.4h11.4v6.4H2.3zM6 13.4h4M8 10.8v2.6M6.9 6.1l2.4 1.5-2.4 1.5z" },
  refresh: { lines: "M13.2 8a5.2 5.2 0 1 1-1.6-3.8M13.3 2.4v2.9h-2.9" },
  rows: { lines: "M2.5 4h11M2.5 8h11M2.5 12h11" },
  search: { lines: ring(7, 7, 4.5) + "M10.4 10.4l3.3 3.3" },
  setup: { lines: "M2.2 4.6l1.4 1.3 2.3-2.6M8.4 4.6h5.4M2.2 11.2l1.4 1.3 2.3-2.6M8.4 11.2h5.4" },
  shield: { lines: "M8 1.9l5 1.8v3.8c0 3.1-2 5.4-5 6.6-3-1.2-5-3.5-5-6.6V3.7zM5.7 7.9l1.6 1.6 3-3.3" },
  slow: { lines: "M2.9 12.2a6 6 0 1 1 10.2 0M8 9.2l2.7-3.1", dots: ring(8, 9.2, 1.1) },
  star: { lines: STAR },
  starOn: { lines: STAR, dots: STAR },
  view: { lines: "M2 5h5.5M12.5 5H14M2 11h1.5M8.5 11H14" + ring(10, 5, 2) + ring(6, 11, 2) },
  warning: { lines: "M8 2.4l6.1 10.9H1.9zM8 6.5v3.1", dots: ring(8, 11.4, 0.9) },
} as const satisfies Record<string, Drawing>;

/** Name of a drawing. */
export type IconName = keyof typeof ICONS;

/** A drawing by name. */
export function drawing(name: IconName): Drawing {
  return ICONS[name];
}
