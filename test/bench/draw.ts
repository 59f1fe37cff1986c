// Draws what `make bench` has printed, from standard input to standard output: draw.js <docs/figures.txt >docs/figures.svg
import { readFileSync } from 'node:fs';
import { figuresSvg } from './figures-svg.ts';

process.stdout.write(figuresSvg(readFileSync(0, 'utf8')));
