// npm run bench:check -- FILE…: compares runs of the benchmarks with bars.json, names what falls short, and fails if anything does.
import { readFileSync } from 'node:fs';
import { type Bar, judge } from './judge.js';
import type { Report } from './report.js';

const files = process.argv.slice(2);
if (files.length === 0) throw new Error('npm run bench:check -- FILE…, each written by npm run bench -- --json FILE');
const reports = files.map((file) => JSON.parse(readFileSync(file, 'utf8')) as Report);
const bars = JSON.parse(readFileSync(new URL('bars.json', import.meta.url), 'utf8')) as Bar[];

const verdicts = judge(reports, bars);
const barred = reports.every(({ isa }) => isa.startsWith('avx512'));
for (const { met, text } of verdicts) console.log(`${met ? 'met  ' : 'SHORT'}  ${text}`);
const short = verdicts.filter(({ met }) => !met).length;
console.log(`\n${verdicts.length - short} met, ${short} short`);
if (!barred) console.log('The bars are set for AVX-512, which this run did not use: the figures are told, not judged.');
process.exitCode = barred && short ? 1 : 0;
