import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from 'vitest';
import type { Topology } from 'topojson-specification';
import { numericCodes, shapeCode, shapes } from './atlas';

const topology = JSON.parse(readFileSync(createRequire(import.meta.url).resolve('world-atlas/countries-50m.json'), 'utf8')) as Topology;
const codes = numericCodes([
  { iso3: 'AUS', numeric: '36' },
  { iso3: 'AFG', numeric: '4' },
  { iso3: 'CHN', numeric: '156' },
  { iso3: 'CYP', numeric: 196 },
  { iso3: 'SOM', numeric: '706' },
  { iso3: 'BAD', numeric: 'n/a' },
]);

describe('atlas', () => {
  it('reads numeric codes with or without leading zeros', () => {
    expect(codes.get('036')).toBe('AUS');
    expect(codes.get('004')).toBe('AFG');
    expect([...codes.values()]).not.toContain('BAD');
    expect(shapeCode(4, 'Afghanistan', codes)).toBe('AFG');
  });

  it('maps the shapes of world-atlas: an id that stands twice, and shapes without one', () => {
    const all = shapes(topology, codes);
    const iso = (name: string): string | undefined => all.find((shape) => shape.name === name)?.iso3;
    expect(all.length).toBe(241);
    expect(iso('Australia')).toBe('AUS');
    expect(iso('Ashmore and Cartier Is.')).toBe('AUS');
    expect(iso('China')).toBe('CHN');
    expect(iso('Kosovo')).toBe('XKX');
    expect(iso('N. Cyprus')).toBe('');
    expect(iso('Somaliland')).toBe('');
    expect(new Set(all.map((shape) => shape.name)).size).toBe(all.length);
  });
});
