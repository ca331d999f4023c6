/** A wish to run something again. */
export type Poke = () => void;

/**
 * Runs something each time it is poked, never twice at once: pokes during a run are made good by one more run after it.
 * The runs come in order, so a late answer never replaces a newer one.
 */
export function latest(run: () => Promise<void>): Poke {
  let running = false;
  let again = false;
  const loop = async () => {
    running = true;
    try {
      do {
        again = false;
        await run();
      } while (again as boolean);
    } finally {
      running = false;
    }
  };
  return () => {
    if (running) again = true;
    else void loop();
  };
}
