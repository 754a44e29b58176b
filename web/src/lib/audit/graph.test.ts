import { describe, expect, it } from 'vitest';
import type { Audit } from '../api/types';
import { arrow, edges, layout, moved, neighbours, WIDTH_MOST } from './graph';

const MEMBERS = ['CAN', 'DEU', 'FRA', 'GBR', 'ITA', 'JPN', 'USA'];
const WIDTHS = [300, 358, 540, 620, 740, 1200];
/** Half of the widest name with its number, pixels. */
const NAME = 118;

describe('the places of the members', () => {
  it('begin on top, go clockwise, and stand evenly on one circle', () => {
    const { places, width, height } = layout(MEMBERS, 740);
    expect(places[0]).toMatchObject({ member: 'CAN', x: width / 2 });
    expect(places[1]!.x).toBeGreaterThan(places[0]!.x);
    const radii = places.map(({ x, y }) => Math.hypot(x - width / 2, y - height / 2));
    for (const radius of radii) expect(radius).toBeCloseTo(radii[0]!, 6);
    const steps = places.map(({ x, y }, index) => Math.hypot(x - places[(index + 1) % places.length]!.x, y - places[(index + 1) % places.length]!.y));
    for (const step of steps) expect(step).toBeCloseTo(steps[0]!, 6);
  });

  it.each(WIDTHS)('keep discs and names within the drawing at %d', (wide) => {
    for (let n = 1; n <= 30; n += 1) {
      const { places, width, height, disc } = layout(Array.from({ length: n }, (_, index) => `M${index}`), wide);
      expect(width).toBe(Math.min(wide, WIDTH_MOST));
      for (const { x, y, label } of places) {
        expect(x - disc).toBeGreaterThanOrEqual(0);
        expect(x + disc).toBeLessThanOrEqual(width);
        expect(y - disc).toBeGreaterThanOrEqual(0);
        expect(y + disc).toBeLessThanOrEqual(height);
        const left = label.anchor === 'end' ? label.x - NAME : label.anchor === 'start' ? label.x : label.x - NAME / 2;
        expect(left).toBeGreaterThanOrEqual(0);
        expect(left + NAME).toBeLessThanOrEqual(width);
        expect(label.y).toBeGreaterThan(10);
        expect(label.y).toBeLessThan(height);
      }
    }
  });

  it('have no names where these would meet', () => {
    const many = Array.from({ length: 30 }, (_, index) => `M${index}`);
    expect([layout(MEMBERS, 358).named, layout(MEMBERS, 740).named, layout(many, 740).named, layout(['A'], 358).named]).toEqual([true, true, false, true]);
  });

  it('leave room between the discs of a club of seven, and of thirty', () => {
    for (const n of [7, 30]) {
      const { places, disc } = layout(Array.from({ length: n }, (_, index) => `M${index}`), 358);
      expect(Math.hypot(places[0]!.x - places[1]!.x, places[0]!.y - places[1]!.y)).toBeGreaterThan(2 * disc);
    }
  });
});

describe('an arrow', () => {
  const numbers = (path: string): number[] => (path.match(/-?\d+(?:\.\d+)?/g) ?? []).map(Number);

  it('begins and ends outside the discs, its tip at the log', () => {
    const { line, head } = arrow({ x: 0, y: 0 }, { x: 100, y: 0 }, 20);
    const [fromX = 0, fromY = 0] = numbers(line);
    const [tipX = 0, tipY = 0] = numbers(head);
    expect(Math.hypot(fromX, fromY)).toBeCloseTo(22, 0);
    expect(Math.hypot(tipX - 100, tipY)).toBeCloseTo(23, 0);
  });

  it('bends to the other side of the way back', () => {
    const there = numbers(arrow({ x: 0, y: 0 }, { x: 100, y: 0 }, 20).line);
    const back = numbers(arrow({ x: 100, y: 0 }, { x: 0, y: 0 }, 20).line);
    expect(Math.sign(there[3]!)).toBe(-Math.sign(back[3]!));
  });

  it('has numbers even where both ends are one point', () => {
    expect(arrow({ x: 5, y: 5 }, { x: 5, y: 5 }, 9).line).not.toMatch(/NaN|Infinity/);
  });
});

describe('who cosigned what', () => {
  const log = (member: string, cosigners: string[]) => ({ member, cosigners: cosigners.map((one) => ({ member: one, at: '2026-03-02T09:15:27Z' })) });
  const audit = { member: 'CAN', logs: [log('CAN', ['DEU', 'FRA']), log('DEU', ['CAN']), log('FRA', ['FRA'])] } as unknown as Audit;

  it('is one edge a cosignature, none from a log to itself', () => {
    expect(edges(audit).map(({ from, to }) => `${from}>${to}`)).toEqual(['DEU>CAN', 'FRA>CAN', 'CAN>DEU']);
  });

  it('is told for each member', () => {
    expect(neighbours(audit, 'CAN')).toEqual({ gave: ['DEU'], got: ['DEU', 'FRA'], missing: [] });
    expect(neighbours(audit, 'FRA')).toEqual({ gave: ['CAN'], got: [], missing: ['CAN', 'DEU'] });
  });

  it('arrow keys go around', () => {
    expect(['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'Home', 'End', 'a'].map((key) => moved(['A', 'B', 'C'], 'A', key))).toEqual(['B', 'C', 'B', 'C', 'A', 'C', undefined]);
  });
});
