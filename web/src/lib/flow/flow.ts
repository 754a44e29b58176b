/** From the columns of `/api/v1/flows` to the rectangles and ribbons of a Sankey diagram. */
import { sankey, type SankeyLink, type SankeyNode } from 'd3-sankey';
import type { FlowColumn, FlowLink, Flows } from '../api/types';
import { AGGREGATES } from '../charts/colours';

/** A node after small areas were put together. `areas` has more than one entry only for such a group. */
export interface FlowPart {
  readonly id: string;
  readonly column: number;
  /** Area code; empty for a pool; `OTH` for a group. */
  readonly area: string;
  readonly areas: readonly string[];
  readonly pool: boolean;
}

/** A ribbon; `links` are those it is made of, the largest first. */
export interface FlowRibbon {
  readonly source: string;
  readonly target: string;
  readonly share: number;
  readonly links: readonly FlowLink[];
}

/** Parts and ribbons before layout. */
export interface FlowGraph {
  readonly parts: FlowPart[];
  readonly ribbons: FlowRibbon[];
}

/** What each node carries: the larger of what enters and what leaves, percent. */
export function throughputs(flows: Pick<Flows, 'nodes' | 'links'>): Map<string, number> {
  const into = new Map<string, number>();
  const out = new Map<string, number>();
  for (const link of flows.links) {
    out.set(link.source, (out.get(link.source) ?? 0) + link.share);
    into.set(link.target, (into.get(link.target) ?? 0) + link.share);
  }
  return new Map(flows.nodes.map((node) => [node.id, Math.max(into.get(node.id) ?? 0, out.get(node.id) ?? 0)]));
}

/**
 * Puts the small areas of each column together: those under `least` percent, and those beyond the `keep` largest. A
 * group of one is not a group.
 */
export function groupSmall(flows: Pick<Flows, 'nodes' | 'links' | 'columns'>, keep: number, least: number): FlowGraph {
  const sizes = throughputs(flows);
  const size = (id: string): number => sizes.get(id) ?? 0;
  const renamed = new Map<string, string>();
  const parts: FlowPart[] = [];
  flows.columns.forEach((column, index) => {
    const nodes = flows.nodes.filter((node) => node.column === index && size(node.id) > 0);
    if (column.kind === 'pool') {
      for (const node of nodes) parts.push({ id: node.id, column: index, area: '', areas: [], pool: true });
      return;
    }
    const ranked = [...nodes].sort((a, b) => size(b.id) - size(a.id) || a.area.localeCompare(b.area));
    const named = ranked.filter((node) => !AGGREGATES.has(node.area));
    const kept = named.filter((node, rank) => rank < keep && size(node.id) >= least);
    let rest = ranked.filter((node) => !kept.includes(node));
    if (rest.length === 1) {
      kept.push(...rest);
      rest = [];
    }
    for (const node of kept) parts.push({ id: node.id, column: index, area: node.area, areas: [node.area], pool: false });
    if (rest.length > 0) {
      const id = `${index}:others`;
      for (const node of rest) renamed.set(node.id, id);
      parts.push({ id, column: index, area: 'OTH', areas: rest.map((node) => node.area), pool: false });
    }
  });
  const ribbons = new Map<string, { source: string; target: string; share: number; links: FlowLink[] }>();
  for (const link of flows.links) {
    if (!(link.share > 0)) continue;
    const source = renamed.get(link.source) ?? link.source;
    const target = renamed.get(link.target) ?? link.target;
    const key = `${source}\u0000${target}`;
    const ribbon = ribbons.get(key);
    if (ribbon) {
      ribbon.share += link.share;
      ribbon.links.push(link);
    } else ribbons.set(key, { source, target, share: link.share, links: [link] });
  }
  for (const ribbon of ribbons.values()) ribbon.links.sort((a, b) => b.share - a.share);
  return { parts, ribbons: [...ribbons.values()] };
}

/** A flow whose trade stands apart from its stages. */
export interface Parted {
  /** What is drawn: nothing leads from a pool of the mineral into a column of trade. */
  readonly drawn: Pick<Flows, 'nodes' | 'links' | 'columns'>;
  /** All that each exporter sells, by its node. */
  readonly exports: ReadonlyMap<string, FlowLink>;
}

/**
 * Sets trade apart. It is counted by value, at whatever stage its customs code stands, and often with other goods: what the
 * world produces at the stage before does not turn into it.
 */
export function setApart(flows: Pick<Flows, 'nodes' | 'links' | 'columns'>): Parted {
  const nodes = new Map(flows.nodes.map((node) => [node.id, node]));
  const fromPool = (link: FlowLink): boolean => {
    const [from, to] = [nodes.get(link.source), nodes.get(link.target)];
    return from !== undefined && to !== undefined && flows.columns[from.column]?.kind === 'pool' && flows.columns[to.column]?.kind === 'exporter';
  };
  return {
    drawn: { nodes: flows.nodes, columns: flows.columns, links: flows.links.filter((link) => !fromPool(link)) },
    exports: new Map(flows.links.filter(fromPool).map((link) => [link.target, link])),
  };
}

/** Room before the bars of the exporters: for the dividing line, and for their names. */
export const APART = 210;
/** How much wider the flows of trade are than the step from column to column before them. */
const TRADE_STEP = 1.3;

/** Left ends of the columns between `left` and `right`: at even steps, those of trade set apart from the stages before. */
export function columnPlaces(columns: readonly FlowColumn[], left: number, right: number): number[] {
  const stages = columns.findIndex((column) => column.kind === 'exporter');
  const last = Math.max(1, columns.length - 1);
  if (stages < 1) return columns.map((_, index) => left + ((right - left) * index) / last);
  const step = (right - left - APART) / (stages - 1 + TRADE_STEP);
  return columns.map((_, index) => (index < stages ? left + index * step : index === stages ? left + (stages - 1) * step + APART : right));
}

/** Whether the columns are trade alone, without a stage that somebody produces. */
export function tradeAlone(columns: readonly FlowColumn[]): boolean {
  return columns.length > 0 && columns.every((column) => column.kind === 'exporter' || column.kind === 'importer');
}

/** A placed node. */
export interface PlacedPart extends FlowPart {
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly share: number;
}

/** A placed ribbon: horizontal from (`x0`, `y0`) to (`x1`, `y1`), `width` pixels thick. */
export interface PlacedRibbon extends FlowRibbon {
  readonly from: PlacedPart;
  readonly to: PlacedPart;
  readonly x0: number;
  readonly x1: number;
  readonly y0: number;
  readonly y1: number;
  readonly width: number;
}

/** SVG path of a ribbon's middle line; it is drawn as thick as the ribbon is. */
export function ribbonPath({ x0, y0, x1, y1 }: Pick<PlacedRibbon, 'x0' | 'y0' | 'x1' | 'y1'>): string {
  const middle = (x0 + x1) / 2;
  return `M${x0},${y0}C${middle},${y0},${middle},${y1},${x1},${y1}`;
}

/** The diagram. */
export interface FlowLayout {
  readonly parts: PlacedPart[];
  readonly ribbons: PlacedRibbon[];
}

interface Extra {
  id: string;
  part: FlowPart | null;
  column: number;
  rank: number;
}
interface ExtraLink {
  ribbon: FlowRibbon | null;
}
type Node = SankeyNode<Extra, ExtraLink>;
type Link = SankeyLink<Extra, ExtraLink>;

/** Room and sizes of the diagram, pixels. */
export interface FlowSpace {
  /** Left end of the first column, and right end of the last. */
  readonly left?: number;
  readonly width: number;
  readonly height: number;
  readonly nodeWidth: number;
  readonly padding: number;
  /** Left ends of the columns; at even steps where absent. */
  readonly places?: readonly number[];
}

/**
 * Places the parts: every part in its own column whatever it is linked to, the largest on top, groups last. One empty
 * node a column, linked in a row, keeps the number of columns where a column has nothing that leads to the next.
 */
export function layOut(graph: FlowGraph, columns: number, space: FlowSpace): FlowLayout {
  if (graph.parts.length === 0) return { parts: [], ribbons: [] };
  const size = new Map<string, number>();
  for (const side of ['source', 'target'] as const) {
    const sums = new Map<string, number>();
    for (const ribbon of graph.ribbons) sums.set(ribbon[side], (sums.get(ribbon[side]) ?? 0) + ribbon.share);
    for (const [id, sum] of sums) size.set(id, Math.max(sum, size.get(id) ?? 0));
  }
  const rank = (part: FlowPart): number => (AGGREGATES.has(part.area) ? 1e6 : -(size.get(part.id) ?? 0));
  const nodes: Node[] = graph.parts.map((part) => ({ id: part.id, part, column: part.column, rank: rank(part) }) as Node);
  const links = graph.ribbons.map((ribbon) => ({
    source: ribbon.source,
    target: ribbon.target,
    value: ribbon.share,
    ribbon,
  })) as unknown as Link[];
  for (let column = 0; column < columns; column++) {
    nodes.push({ id: `:${column}`, part: null, column, rank: 2e6 } as Node);
    if (column > 0) links.push({ source: `:${column - 1}`, target: `:${column}`, value: 0, ribbon: null } as unknown as Link);
  }
  const result = sankey<Extra, ExtraLink>()
    .nodeId((node) => node.id)
    .nodeAlign((node) => (node as unknown as Extra).column)
    .nodeSort((a, b) => a.rank - b.rank)
    .nodeWidth(space.nodeWidth)
    .nodePadding(space.padding)
    .extent([
      [space.left ?? 0, 0],
      [space.width, space.height],
    ])({ nodes, links });
  const placed = new Map<string, PlacedPart>();
  for (const node of result.nodes) {
    if (!node.part) continue;
    const { y0 = 0, y1 = 0, value = 0 } = node;
    const x0 = space.places?.[node.part.column] ?? node.x0 ?? 0;
    const x1 = x0 + space.nodeWidth;
    placed.set(node.part.id, { ...node.part, x0, x1, y0, y1, share: value });
  }
  alignTop(placed, columns, space);
  const shift = new Map(result.nodes.map((node) => [node.id, (placed.get(node.id)?.y0 ?? 0) - (node.y0 ?? 0)]));
  const ribbons: PlacedRibbon[] = [];
  for (const link of result.links) {
    if (!link.ribbon) continue;
    const from = placed.get(link.ribbon.source);
    const to = placed.get(link.ribbon.target);
    if (!from || !to) continue;
    ribbons.push({
      ...link.ribbon,
      from,
      to,
      x0: from.x1,
      x1: to.x0,
      y0: (link.y0 ?? 0) + (shift.get(from.id) ?? 0),
      y1: (link.y1 ?? 0) + (shift.get(to.id) ?? 0),
      width: link.width ?? 0,
    });
  }
  return { parts: [...placed.values()], ribbons };
}

/** Stands every column at the top, with the padding between its parts: what leads stays in one line. */
function alignTop(placed: Map<string, PlacedPart>, columns: number, space: FlowSpace): void {
  for (let column = 0; column < columns; column++) {
    const parts = [...placed.values()].filter((part) => part.column === column).sort((a, b) => a.y0 - b.y0);
    let y = 0;
    for (const part of parts) {
      const height = part.y1 - part.y0;
      placed.set(part.id, { ...part, y0: y, y1: y + height });
      y += height + space.padding;
    }
  }
}
