// Rule 7's clock: a loop of awaits over small runs gives timers and I/O their turn after 1 ms of wall time, recording included.
const LIMIT = 1; // milliseconds

let start = 0;
let running = false;
let yielding = false;

function endTurn(): void {
  running = false;
  yielding = false;
}

/**
 * How the next run goes. `inline`: in the call, its promises resolve at once. `yield`: this turn's millisecond is over; the run may still go
 * in the call, but its promises resolve in the next turn of the event loop, which is cheaper than waking the executor. `queue`: one such
 * run is already waiting for the next turn, so this one must not hold the thread any longer.
 */
export function wayOfRun(): 'inline' | 'yield' | 'queue' {
  const now = performance.now();
  if (!running) {
    running = true;
    start = now;
    setImmediate(endTurn);
    return 'inline';
  }
  if (now - start < LIMIT) return 'inline';
  if (yielding) return 'queue';
  yielding = true;
  return 'yield';
}
