// Rule 7's clock: after 1 ms of wall time in one turn of the event loop, runs go through the executor, so that timers and I/O get their turn.
const LIMIT = 1; // milliseconds

let start = 0;
let running = false;

function end(): void {
  running = false;
}

/** Whether a small Program may still run inside the call in this turn. */
export function inlineAllowed(): boolean {
  const now = performance.now();
  if (!running) {
    running = true;
    start = now;
    setImmediate(end);
    return true;
  }
  return now - start < LIMIT;
}
