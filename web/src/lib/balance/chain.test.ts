import { describe, expect, it } from 'vitest';
import type { Estimate, LineKey, PlaceBalance, ReconciledStage } from '../api/types';
import { chainGraph } from './chain';
import { countryOf, opens, siteOf, useOf, wayTo } from './places';
import { sortParts } from './sorting';

const line = (stage: string, key: LineKey, value: number | null, deviation = 10): Estimate => ({
  line: key,
  value: value === null ? null : String(value),
  deviation: value === null ? null : String(deviation),
  low: value === null ? null : String(key === 'stock_change' ? value - 2 * deviation : Math.max(0, value - 2 * deviation)),
  high: value === null ? null : String(value + 2 * deviation),
  told: 'observable',
  grade: value === null ? 'X' : 'C',
  contested: false,
  figure: `estimate|f|f|${stage}|WLD|2024|${key}`,
});
const stage = (name: string, lines: Partial<Record<LineKey, number | null>>): ReconciledStage => ({
  stage: name,
  evenly: false,
  concentration: null,
  whole: { place: 'WLD', name: '', lines: Object.entries(lines).map(([key, value]) => line(name, key as LineKey, value)) },
  parts: [],
});
const flows = (stages: ReconciledStage[]): string[] => chainGraph(stages).ribbons.map((ribbon) => `${ribbon.source}>${ribbon.target}=${ribbon.value}`);

describe('the chain', () => {
  it('goes from the ground through the stages, with what comes, goes, is lost and stored beside it', () => {
    const stages = [stage('mine', { produced: 100, in: 20, consumed: 80, out: 25, lost: 5, stock_change: 10 }), stage('separation', { produced: 70, consumed: 70 })];
    expect(flows(stages)).toEqual(['start>stage:mine=100', 'in:mine>stage:mine=20', 'stage:mine>stage:separation=80', 'stage:mine>out:mine=25', 'stage:mine>lost:mine=5', 'stage:mine>stored:mine=10', 'stage:separation>use=70']);
  });

  it('takes from stock where the stock falls, with the ends turned round', () => {
    const drawn = chainGraph([stage('mine', { produced: 100, stock_change: -30 })]).ribbons.find((ribbon) => ribbon.source === 'drawn:mine');
    expect(drawn).toMatchObject({ target: 'stage:mine', value: 30, low: 10, high: 50 });
  });

  it('keeps a stage of which nobody can know, without a flow that nobody knows', () => {
    const graph = chainGraph([stage('mine', { produced: 100, consumed: null }), stage('metal', { produced: null, consumed: null })]);
    expect(graph.ribbons).toHaveLength(1);
    expect(graph.parts.find((part) => part.id === 'stage:metal')).toMatchObject({ known: false });
  });

  it('goes over stages that nobody can know to the next that somebody can', () => {
    const chain = [stage('separation', { produced: 70, consumed: 70 }), stage('metal', { produced: null, consumed: null }), stage('end_use', { produced: 60, consumed: 1 })];
    expect(flows(chain)).toEqual(['start>stage:separation=70', 'stage:separation>stage:end_use=70', 'stage:end_use>use=1']);
  });

  it('says where a stage is fed by nobody that is told', () => {
    expect(flows([stage('mine', { produced: null, consumed: null }), stage('separation', { produced: 50 })])).toEqual(['unsaid:separation>stage:separation=50']);
  });
});

describe('places', () => {
  it('lie in each other', () => {
    expect(wayTo('CHN/bayan-obo')).toEqual(['WLD', 'CHN', 'CHN/bayan-obo']);
    expect(wayTo('WLD')).toEqual(['WLD']);
    expect([countryOf('CHN/rest'), siteOf('CHN/rest'), siteOf('CHN/x')]).toEqual(['CHN', '', 'x']);
    expect(['CHN', 'CHN/x', 'CHN/rest', 'OTH'].map(opens)).toEqual([true, true, false, false]);
    expect([wayTo('WLD/wind'), countryOf('WLD/wind'), siteOf('WLD/wind'), useOf('WLD/wind')]).toEqual([['WLD', 'WLD/wind'], '', '', 'wind']);
  });

  it('are sorted by a line, what nobody can know last either way', () => {
    const part = (place: string, value: number | null): PlaceBalance => ({ place, name: '', lines: [line('mine', 'produced', value)] });
    const parts = [part('A', 1), part('B', null), part('C', 3)];
    const names = (down: boolean): string[] => sortParts(parts, { by: 'produced', down }, (one) => one.place).map((one) => one.place);
    expect(names(true)).toEqual(['C', 'A', 'B']);
    expect(names(false)).toEqual(['A', 'C', 'B']);
    expect(sortParts(parts, { by: 'place', down: true }, (one) => one.place).map((one) => one.place)).toEqual(['C', 'B', 'A']);
  });
});
