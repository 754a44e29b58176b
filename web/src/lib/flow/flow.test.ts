import { describe, expect, it } from 'vitest';
import type { Figure, Flows } from '../api/types';
import { APART, columnPlaces, groupSmall, layOut, ribbonPath, setApart, throughputs, tradeAlone } from './flow';

const value: Figure = { value: '1', unit: 't', substance: null, period: '2023', basis: 'reported', qualifier: '', figure: 'f', sources: 1, spread: null, source: '' };

describe('flow', () => {
  const flows: Pick<Flows, 'nodes' | 'links' | 'columns'> = {
    columns: [
      { kind: 'stage', stage: 'mine', series: null, period: '2023', stand_in: false, listed: null },
      { kind: 'pool', stage: '', series: null, period: '2023', stand_in: false, listed: null },
      { kind: 'stage', stage: 'separation', series: null, period: '2024', stand_in: true, listed: null },
    ],
    nodes: [
      { id: 'm-CHN', column: 0, area: 'CHN' },
      { id: 'm-USA', column: 0, area: 'USA' },
      { id: 'm-BRA', column: 0, area: 'BRA' },
      { id: 'm-OTH', column: 0, area: 'OTH' },
      { id: 'pool', column: 1, area: '' },
      { id: 's-CHN', column: 2, area: 'CHN' },
      { id: 's-MYS', column: 2, area: 'MYS' },
    ],
    links: [
      { source: 'm-CHN', target: 'pool', share: 70, value },
      { source: 'm-USA', target: 'pool', share: 28, value },
      { source: 'm-BRA', target: 'pool', share: 0.5, value },
      { source: 'm-OTH', target: 'pool', share: 1.5, value },
      { source: 'pool', target: 's-CHN', share: 90, value },
      { source: 'pool', target: 's-MYS', share: 10, value },
    ],
  };

  it('adds up what each node carries', () => {
    expect(throughputs(flows).get('pool')).toBe(100);
    expect(throughputs(flows).get('m-CHN')).toBe(70);
  });

  it('puts small areas together and loses nothing', () => {
    const graph = groupSmall(flows, 9, 1);
    const group = graph.parts.find((part) => part.id === '0:others');
    expect(group?.areas).toEqual(['OTH', 'BRA']);
    expect(graph.ribbons.find((ribbon) => ribbon.source === '0:others')).toMatchObject({ share: 2, target: 'pool' });
    expect(graph.ribbons.reduce((sum, ribbon) => sum + ribbon.share, 0)).toBeCloseTo(200);
    expect(graph.ribbons.flatMap((ribbon) => ribbon.links)).toHaveLength(6);
  });

  it('tells trade alone from a chain of stages', () => {
    const [stage] = flows.columns;
    if (!stage) throw new Error('no column');
    expect(tradeAlone(flows.columns)).toBe(false);
    expect(tradeAlone([{ ...stage, kind: 'exporter' }, { ...stage, kind: 'importer' }])).toBe(true);
    expect(tradeAlone([])).toBe(false);
  });

  it('sets trade apart: no pool leads into it, and what an exporter sells is kept', () => {
    const [stage] = flows.columns;
    if (!stage) throw new Error('no column');
    const traded: Pick<Flows, 'nodes' | 'links' | 'columns'> = {
      columns: [...flows.columns, { ...stage, kind: 'exporter' }, { ...stage, kind: 'importer' }],
      nodes: [...flows.nodes, { id: 'x-BRA', column: 3, area: 'BRA' }, { id: 'i-USA', column: 4, area: 'USA' }],
      links: [...flows.links, { source: 'pool', target: 'x-BRA', share: 16, value }, { source: 'x-BRA', target: 'i-USA', share: 15.5, value }],
    };
    const { drawn, exports } = setApart(traded);
    expect(drawn.links.filter((link) => link.source === 'pool').map((link) => link.target)).toEqual(['s-CHN', 's-MYS']);
    expect(drawn.links.some((link) => link.source === 'x-BRA')).toBe(true);
    expect(exports.get('x-BRA')?.share).toBe(16);
    const places = columnPlaces(traded.columns, 0, 1000);
    const [first = 0, second = 0, third = 0, sellers = 0, buyers = 0] = places;
    expect(third - second).toBeCloseTo(second - first);
    expect(sellers - third).toBeCloseTo(APART);
    expect(buyers).toBe(1000);
    expect(columnPlaces(flows.columns, 0, 600)).toEqual([0, 300, 600]);
    const layout = layOut(groupSmall(drawn, 9, 1), 5, { width: 1010, height: 300, nodeWidth: 10, padding: 12, places });
    expect(layout.parts.find((part) => part.id === 'x-BRA')?.x0).toBe(sellers);
    expect(layout.ribbons.find((ribbon) => ribbon.source === 'x-BRA')).toMatchObject({ x0: sellers + 10, x1: 1000 });
  });

  it('does not group a group of one', () => {
    const graph = groupSmall({ ...flows, links: flows.links.filter((link) => link.source !== 'm-OTH') }, 9, 1);
    expect(graph.parts.filter((part) => part.column === 0).map((part) => part.area)).toEqual(['CHN', 'USA', 'BRA']);
  });

  it('places every part in its column, the largest on top, ribbons as thick as shares', () => {
    const layout = layOut(groupSmall(flows, 9, 1), 3, { width: 600, height: 300, nodeWidth: 10, padding: 12 });
    const x = (id: string): number | undefined => layout.parts.find((part) => part.id === id)?.x0;
    expect(x('m-CHN')).toBe(0);
    expect(x('s-CHN')).toBe(590);
    const mines = layout.parts.filter((part) => part.column === 0).sort((a, b) => a.y0 - b.y0);
    expect(mines.map((part) => part.area)).toEqual(['CHN', 'USA', 'OTH']);
    for (let index = 1; index < mines.length; index++) expect((mines[index]?.y0 ?? 0) - (mines[index - 1]?.y1 ?? 0)).toBeCloseTo(12);
    const [large, small] = ['m-CHN', 'm-USA'].map((id) => layout.ribbons.find((ribbon) => ribbon.source === id)?.width ?? 0) as [number, number];
    expect(large / small).toBeCloseTo(70 / 28);
    for (const ribbon of layout.ribbons) {
      expect(ribbon.y0 - ribbon.width / 2).toBeGreaterThanOrEqual(ribbon.from.y0 - 0.01);
      expect(ribbon.y1 + ribbon.width / 2).toBeLessThanOrEqual(ribbon.to.y1 + 0.01);
      expect(ribbonPath(ribbon)).toMatch(/^M[\d.]+,[\d.]+C/);
    }
  });

  it('keeps the columns where one leads nowhere, and draws nothing from nothing', () => {
    const cut = { ...flows, links: flows.links.filter((link) => link.target !== 'pool') };
    const layout = layOut(groupSmall(cut, 9, 1), 3, { width: 600, height: 300, nodeWidth: 10, padding: 12 });
    expect(layout.parts.find((part) => part.id === 's-CHN')?.x0).toBe(590);
    expect(layOut({ parts: [], ribbons: [] }, 0, { width: 1, height: 1, nodeWidth: 1, padding: 1 })).toEqual({ parts: [], ribbons: [] });
  });
});
