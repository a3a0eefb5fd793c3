// Joins steps of a Chain that follow each other into one that does both, where it exists: half the passes over a block. Each still rounds.
import { stepCode } from './native.js';

/** Words of a step: kind, register of the result, three operands. */
export const STEP = 5;
const REGISTER = 1 << 16;

/** The step that does `first` and then `second` with its result as operand a; null where there is none. */
function joined(first: number, second: number): string | null {
  if (first === stepCode('mul')) return second === stepCode('add') ? 'mul_add' : second === stepCode('sub') ? 'mul_sub' : null;
  return first === stepCode('add') && second === stepCode('relu') ? 'add_relu' : null;
}

/** Whether a register's value is read by the steps from `start` on, or stored. */
function isRead(register: number, steps: readonly number[], start: number, outputs: readonly number[]): boolean {
  for (let i = start; i < steps.length; i += STEP) {
    if (steps[i + 2] === register || steps[i + 3] === register || steps[i + 4] === register) return true;
    if ((REGISTER | steps[i + 1]!) === register) return false;
  }
  for (let i = 2; i < outputs.length; i += 3) if (outputs[i] === register) return true;
  return false;
}

/** The same steps, with the pairs that can be joined as one step each. `outputs` holds buffer, dtype and source of each. */
export function paired(steps: readonly number[], outputs: readonly number[]): number[] {
  const out: number[] = [];
  for (let i = 0; i < steps.length; i += STEP) {
    const [first, register, a, b] = steps.slice(i, i + STEP) as [number, number, number, number, number];
    const [second, result, x, y] = steps.slice(i + STEP, i + 2 * STEP) as [number, number, number, number, number];
    const name = i + STEP < steps.length ? joined(first, second) : null;
    const value = REGISTER | register;
    const other = x === value ? y : name === 'mul_add' && y === value ? x : value;
    if (name === null || other === value || (result !== register && isRead(value, steps, i + 2 * STEP, outputs))) {
      out.push(...steps.slice(i, i + STEP));
      continue;
    }
    out.push(stepCode(name), result, a, b, name === 'add_relu' ? -1 : other);
    i += STEP;
  }
  return out;
}
