// Checks of the numbers that options hold.
import { ArgumentError, describe } from '../core/index.js';

/** Throws unless an option is a finite number of at least `least`, or above it when `open`. */
export function checkNumber(op: string, name: string, value: number, least = -Infinity, open = false): void {
  if (Number.isFinite(value) && value >= least && !(open && value === least)) return;
  const bound = least === -Infinity ? 'a finite number' : `a finite number ${open ? '>' : '≥'} ${least}`;
  throw new ArgumentError(op, `${name} must be ${bound}, got ${describe(value)}`, { value });
}

/** Throws unless an option is a part, from 0 to 1. */
export function checkPart(op: string, name: string, value: number): void {
  if (!(typeof value === 'number' && value >= 0 && value <= 1))
    throw new ArgumentError(op, `${name} must be from 0 to 1, got ${describe(value)}`, { value });
}
