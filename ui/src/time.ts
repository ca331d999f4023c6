/** Spans and times in words, as on the board. */

const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

/** A span in at most two units: `12 s`, `4 min`, `1 h 20`, `3 d`. */
export function span(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return `${whole} s`;
  if (whole < HOUR) return `${Math.floor(whole / MINUTE)} min`;
  if (whole < DAY) {
    const minutes = Math.floor((whole % HOUR) / MINUTE);
    const hours = `${Math.floor(whole / HOUR)} h`;
    return minutes === 0 ? hours : `${hours} ${String(minutes).padStart(2, "0")}`;
  }
  return `${Math.floor(whole / DAY)} d`;
}

/** Time in a state. Seconds are left out, for a row must not tick. */
export function lasting(seconds: number): string {
  return seconds < MINUTE ? "< 1 min" : span(seconds);
}

/** Age of a fresh state in steps of five seconds, so that the ages of a live board change together and seldom. */
export function checked(seconds: number): string {
  if (seconds < 5) return "now";
  return span(seconds < MINUTE ? Math.floor(seconds / 5) * 5 : seconds);
}

/** A span for reading aloud: `12 minutes`, `1 hour 20 minutes`. */
export function spoken(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < MINUTE) return "less than a minute";
  if (whole < HOUR) return several(Math.floor(whole / MINUTE), "minute");
  if (whole < DAY) {
    const minutes = Math.floor((whole % HOUR) / MINUTE);
    const hours = several(Math.floor(whole / HOUR), "hour");
    return minutes === 0 ? hours : `${hours} ${several(minutes, "minute")}`;
  }
  return several(Math.floor(whole / DAY), "day");
}

function several(number: number, unit: string): string {
  return number === 1 ? `1 ${unit}` : `${number} ${unit}s`;
}

/** How times and days are written in one region. */
function writing(tag: string) {
  return {
    tag,
    time: new Intl.DateTimeFormat(tag, { hour: tag === "en-GB" ? "2-digit" : "numeric", minute: "2-digit" }),
    day: new Intl.DateTimeFormat(tag, { day: "numeric", month: "short" }),
  };
}

let written = writing("en-GB");

/** Writes times and days as they are written there from now on. */
export function writeAs(tag: string): void {
  if (tag !== written.tag) written = writing(tag);
}

/**
 * A time of day on this computer's clock, with the date in front when it is another day than `now`; written as in the
 * texts that come with the answers.
 */
export function clockTime(at: Date, now: Date): string {
  // A space that does not break would stand out beside the others.
  const time = written.time.format(at).replaceAll("\u202f", " ");
  return at.toDateString() === now.toDateString() ? time : `${written.day.format(at)} ${time}`;
}

/** How long ago: relative under an hour, then by the clock. */
export function ago(seconds: number, now: Date): string {
  if (seconds < HOUR) return `${span(seconds)} ago`;
  return `at ${clockTime(new Date(now.getTime() - seconds * 1_000), now)}`;
}

/** A number of seconds in an answer, advanced by the time since the answer came. Both times are in milliseconds. */
export function grown(seconds: number, answered: number, now: number): number {
  return seconds + Math.max(0, (now - answered) / 1_000);
}

/** Seconds that are left of a wait announced in an answer, never below nought. */
export function left(seconds: number, answered: number, now: number): number {
  return Math.max(0, Math.ceil(seconds - (now - answered) / 1_000));
}
