// npm run build: packages, addon and dist/, brought up to date. --debug builds the addon with assertions into build-debug/.
import { prepare } from './prepare.mjs';

await prepare({ debug: process.argv.includes('--debug') });
