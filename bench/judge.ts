// The bars that a run is compared with. bars.json copies them from the issues and is never edited to pass.
import { geomean, type Report, type Row } from './report.js';

/** What every row of `ids` must reach. `ratio` (the default) is against the fastest of `peers`, all of which must have been measured. */
export interface Bar {
  ids: string[];
  peers?: string[];
  figure?: 'ratio' | 'percentOfPeak' | 'ms' | 'eventLoopP99Ms';
  min?: number;
  max?: number;
  /** The least geometric mean over all of `ids`. */
  geomean?: number;
}

export interface Verdict {
  met: boolean;
  text: string;
}

function figureOf(row: Row, { figure = 'ratio', peers = [] }: Bar): number | string {
  if (figure !== 'ratio') return row[figure] ?? `${figure} was not measured`;
  const absent = peers.filter((name) => !row.peers[name]);
  if (absent.length) return `not measured against ${absent.join(', ')}`;
  return Math.min(...peers.map((name) => row.peers[name]!.ratio));
}

function judgeBar(bar: Bar, rows: ReadonlyMap<string, Row>): Verdict[] {
  const { ids, min, max, figure = 'ratio', peers } = bar;
  const what = peers ? `${figure} to ${peers.length === 1 ? peers[0] : `the best of ${peers.join(', ')}`}` : figure;
  const values: number[] = [];
  const verdicts: Verdict[] = [];
  for (const id of ids) {
    const row = rows.get(id);
    const value = row ? figureOf(row, bar) : 'not measured';
    if (typeof value === 'string') {
      verdicts.push({ met: false, text: `${id}: ${value}` });
      continue;
    }
    values.push(value);
    const limits = [min !== undefined && `at least ${min}`, max !== undefined && `less than ${max}`].filter(Boolean).join(', ');
    const met = value >= (min ?? -Infinity) && value < (max ?? Infinity);
    verdicts.push({ met, text: `${id}: ${what} ${value.toPrecision(3)}, wanted ${limits}` });
  }
  if (bar.geomean !== undefined && values.length === ids.length) {
    const mean = geomean(values);
    verdicts.push({
      met: mean >= bar.geomean,
      text: `${ids.join(', ')}: geomean of ${what} ${mean.toPrecision(3)}, wanted ${bar.geomean}`,
    });
  }
  return verdicts;
}

/** One verdict for each row of each bar, and one for each geometric mean. Several reports of one machine count as one. */
export function judge(reports: readonly Report[], bars: readonly Bar[]): Verdict[] {
  const rows = new Map(reports.flatMap((report) => report.rows).map((row) => [row.id, row]));
  return bars.flatMap((bar) => judgeBar(bar, rows));
}
