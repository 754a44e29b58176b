import { describe, expect, it } from 'vitest';
import { areaColour, areaSlots } from './colours';
import { csvCell, fileName, toCsv } from './csv';
import { glyphPath, stageMark, statusFill } from './glyphs';
import { placeLabels, type LabelWish } from './labels';
import { periodEnd, periodExtent, periodMiddle, periodStart } from './period';
import { nearest, step, type Pick } from './pick';
import { wrap } from './picture';
import { legendSizes, radius, roundDown, shareClass } from './scales';
import { spread, type Mark } from './spread';
import { centreOn, clampView, MOST, WHOLE, zoomAt } from './view';

describe('csv', () => {
  it('quotes what RFC 4180 asks for', () => {
    expect(csvCell('a,b')).toBe('"a,b"');
    expect(csvCell('say "x"')).toBe('"say ""x"""');
    expect(csvCell('two\nlines')).toBe('"two\nlines"');
    expect(toCsv(['a', 'b'], [['1', null], [2, undefined]])).toBe('a,b\r\n1,\r\n2,\r\n');
  });

  it('keeps a spreadsheet from running a text', () => {
    for (const text of ['=1+1', '+1 + cmd', '-2+3', '@SUM(A1)', '\t=1', '\r=1', '\uff1d1']) expect(csvCell(text).replace(/^"/, '').startsWith("'"), text).toBe(true);
    expect(csvCell('=HYPERLINK("x","y")')).toBe('"\'=HYPERLINK(""x"",""y"")"');
  });

  it('leaves numbers as numbers, negative ones too, and drops what is none', () => {
    expect(csvCell('-1.5')).toBe('-1.5');
    expect(csvCell('+3e4')).toBe('+3e4');
    expect(csvCell(-0.25)).toBe('-0.25');
    expect(csvCell(Number.NaN)).toBe('');
    expect(csvCell('376000.000000000000000001')).toBe('376000.000000000000000001');
  });

  it('names files plainly', () => {
    expect(fileName('Extraction minière : qui détient…', 'csv')).toBe('extraction-miniere-qui-detient.csv');
    expect(fileName('「」', 'png')).toBe('didymium.png');
  });
});

describe('periods', () => {
  it('reads years, quarters, months and days', () => {
    expect(periodStart('2023')?.toISOString()).toBe('2023-01-01T00:00:00.000Z');
    expect(periodStart('2023-Q3')?.toISOString()).toBe('2023-07-01T00:00:00.000Z');
    expect(periodStart('2023-12')?.toISOString()).toBe('2023-12-01T00:00:00.000Z');
    expect(periodStart('2010-09-07')?.toISOString()).toBe('2010-09-07T00:00:00.000Z');
    expect(periodEnd('2023-12')?.toISOString()).toBe('2024-01-01T00:00:00.000Z');
    expect(periodEnd('2024-02-28')?.toISOString()).toBe('2024-02-29T00:00:00.000Z');
    expect(periodStart('soon')).toBeUndefined();
    expect(periodStart('2023-Q5')).toBeUndefined();
  });

  it('puts a period at its middle and spans a list', () => {
    expect(periodMiddle('2023')?.toISOString().slice(0, 10)).toBe('2023-07-02');
    expect(periodExtent(['2005-03', '', '1994', '2024'])?.map((date) => date.toISOString().slice(0, 4))).toEqual(['1994', '2025']);
    expect(periodExtent([])).toBeUndefined();
  });
});

describe('scales', () => {
  it('gives circles areas in proportion, and a least size', () => {
    expect(radius(100, 100, 20, 3)).toBe(20);
    expect(radius(25, 100, 20, 3)).toBe(10);
    expect(radius(0.001, 100, 20, 3)).toBe(3);
    expect(radius(0, 0, 20, 3)).toBe(3);
  });

  it('sorts shares into classes', () => {
    expect([undefined, 0, 0.4, 1, 9.99, 50, 100].map((share) => shareClass(share))).toEqual([-1, -1, 0, 1, 2, 5, 5]);
  });

  it('finds round sizes for a legend', () => {
    expect(roundDown(188_650)).toBe(100_000);
    expect(roundDown(0.7)).toBeCloseTo(0.5);
    expect(roundDown(1000)).toBe(1000);
    expect(legendSizes(26_000)).toEqual([20_000, 2000, 200]);
    expect(legendSizes(0)).toEqual([]);
  });
});

describe('spread', () => {
  const pile = (count: number, r = 4): Mark[] => Array.from({ length: count }, () => ({ x0: 100, y0: 100, x: 100, y: 100, r }));

  it('opens a pile so that no two marks cover each other', () => {
    const marks = pile(12);
    spread(marks, 60);
    for (let a = 0; a < marks.length; a++) {
      for (let b = a + 1; b < marks.length; b++) {
        const [one, other] = [marks[a] as Mark, marks[b] as Mark];
        expect(Math.hypot(one.x - other.x, one.y - other.y)).toBeGreaterThan(7);
      }
    }
  });

  it('never carries a mark farther than its reach, and does the same each time', () => {
    const [first, second] = [pile(80), pile(80)];
    spread(first, 15);
    spread(second, 15);
    expect(first).toEqual(second);
    for (const mark of first) expect(Math.hypot(mark.x - 100, mark.y - 100)).toBeLessThanOrEqual(15 + 1e-6);
  });

  it('lets the small give way to the large', () => {
    const marks: Mark[] = [
      { x0: 100, y0: 100, x: 0, y: 0, r: 20 },
      { x0: 105, y0: 100, x: 0, y: 0, r: 3 },
    ];
    spread(marks, 60);
    expect(Math.hypot((marks[0] as Mark).x - 100, (marks[0] as Mark).y - 100)).toBeLessThan(2);
  });
});

describe('labels', () => {
  it('keeps clear of obstacles and of each other, and leaves out what has no place', () => {
    const frame = { x: 0, y: 0, width: 100, height: 40 };
    const wish = (key: string): LabelWish => ({ key, x: 50, y: 20, away: [8], width: 30, height: 10 });
    const placed = placeLabels([wish('a'), wish('b'), wish('c'), wish('d'), wish('e')], [{ x: 54, y: 13, width: 40, height: 14 }], frame);
    expect(placed.map((box) => box.key)).toEqual(['a', 'b', 'c']);
    expect(placed[0]?.x).toBeLessThan(50);
  });
});

describe('colours', () => {
  it('gives a leading country its own colour whatever stands beside it', () => {
    expect(areaSlots(['USA', 'CHN', 'AUS']).get('CHN')).toBe(2);
    expect(areaSlots(['CHN']).get('CHN')).toBe(2);
  });

  it('gives no two areas one colour, and neutral where none is left or the area is no country', () => {
    const slots = areaSlots(['CHN', 'USA', 'AAA', 'BBB', 'CCC', 'DDD', 'EEE', 'FFF', 'GGG', 'OTH']);
    const used = [...slots.values()].filter((slot) => slot > 0);
    expect(new Set(used).size).toBe(used.length);
    expect(slots.get('OTH')).toBe(0);
    expect(slots.get('GGG')).toBe(0);
    expect(areaColour(slots, 'OTH')).toBe('var(--series-rest)');
    expect(areaColour(slots, 'CHN')).toBe('var(--series-2)');
  });
});

describe('glyphs', () => {
  it('draws every shape as a closed path, and tells stages and statuses apart', () => {
    for (const shape of ['circle', 'diamond', 'square', 'triangle', 'hexagon', 'down', 'cross', 'pentagon', 'star', 'bar'] as const) {
      expect(glyphPath(shape, 5)).toMatch(/^M.*Z$/);
      expect(glyphPath(shape, 5)).not.toContain('NaN');
    }
    const chain = ['mine', 'concentration', 'compound', 'separation', 'metal', 'alloy', 'magnet', 'component', 'recycling'];
    expect(new Set(chain.map((stage) => stageMark(stage).glyph)).size).toBe(chain.length);
    expect(['operating', 'construction', 'planned', 'closed', 'unheard_of'].map(statusFill)).toEqual(['solid', 'tint', 'hollow', 'dashed', 'dashed']);
  });
});

describe('pick', () => {
  const at = (series: string, x: number, y: number): Pick => ({ series, x, y, title: '', lines: [] });
  const picks = [at('a', 0, 10), at('a', 10, 10), at('b', 0, 50), at('b', 10, 50), at('b', 20, 50)];

  it('finds the nearest, and nothing beyond its reach', () => {
    expect(nearest(picks, 9, 12)).toBe(1);
    expect(nearest(picks, 100, 100)).toBe(-1);
    expect(nearest([{ ...at('band', 10, 50), top: 20, bottom: 90 }], 12, 85)).toBe(0);
  });

  it('moves along a series and across to the next', () => {
    expect(step(picks, -1, 'ArrowRight')).toBe(0);
    expect(step(picks, 0, 'ArrowRight')).toBe(1);
    expect(step(picks, 1, 'ArrowRight')).toBe(1);
    expect(step(picks, 1, 'ArrowDown')).toBe(3);
    expect(step(picks, 3, 'ArrowUp')).toBe(1);
    expect(step(picks, 2, 'End')).toBe(4);
    expect(step(picks, 4, 'Home')).toBe(2);
    expect(step([], -1, 'ArrowRight')).toBe(-1);
  });
});

describe('view', () => {
  it('keeps the pointed place under the pointer, and the map in the window', () => {
    const view = zoomAt(WHOLE, 4, 300, 100, 800, 400);
    expect(view.k).toBe(4);
    expect((300 - view.tx) / view.k).toBeCloseTo(300);
    expect(zoomAt(view, 1000, 0, 0, 800, 400).k).toBe(MOST);
    expect(clampView({ k: 2, tx: 500, ty: -5000 }, 800, 400)).toEqual({ k: 2, tx: 0, ty: -400 });
    expect(zoomAt(view, 0.0001, 10, 10, 800, 400)).toEqual(WHOLE);
    expect(centreOn(400, 200, 2, 800, 400)).toEqual({ k: 2, tx: -400, ty: -200 });
  });
});

describe('picture', () => {
  it('wraps long lines and keeps every word', () => {
    const text = 'Contains British Geological Survey materials and others beside them';
    const lines = wrap(text, 120, 10);
    expect(lines.length).toBeGreaterThan(2);
    expect(lines.join(' ')).toBe(text);
  });
});
