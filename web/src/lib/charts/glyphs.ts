/** The marks of the stages: each a shape of its own, so that colour is never the only difference. */

/** Shapes, all drawn with about the area of a circle of radius 1. */
export type Glyph = 'circle' | 'diamond' | 'square' | 'triangle' | 'hexagon' | 'down' | 'cross' | 'pentagon' | 'star' | 'bar';

/** Shape and palette slot (1–8; 0 is the ink) of a stage. */
const STAGES: Record<string, { glyph: Glyph; slot: number }> = {
  mine: { glyph: 'circle', slot: 1 },
  primary: { glyph: 'circle', slot: 1 },
  coke: { glyph: 'circle', slot: 1 },
  concentration: { glyph: 'down', slot: 6 },
  graphitisation: { glyph: 'down', slot: 6 },
  compound: { glyph: 'pentagon', slot: 8 },
  intermediate: { glyph: 'pentagon', slot: 8 },
  separation: { glyph: 'diamond', slot: 3 },
  refining: { glyph: 'diamond', slot: 3 },
  chemical: { glyph: 'diamond', slot: 3 },
  spheroidisation: { glyph: 'diamond', slot: 3 },
  metal: { glyph: 'hexagon', slot: 7 },
  alloy: { glyph: 'bar', slot: 4 },
  magnet: { glyph: 'square', slot: 0 },
  anode: { glyph: 'square', slot: 0 },
  cathode: { glyph: 'hexagon', slot: 7 },
  component: { glyph: 'star', slot: 4 },
  end_use: { glyph: 'cross', slot: 4 },
  recycling: { glyph: 'triangle', slot: 5 },
};

/** Mark of a stage. */
export function stageMark(stage: string): { glyph: Glyph; slot: number } {
  return STAGES[stage] ?? { glyph: 'cross', slot: 0 };
}

function polygon(corners: number, r: number, turn: number): string {
  const points = Array.from({ length: corners }, (_, index) => {
    const angle = turn + (index * 2 * Math.PI) / corners;
    return `${round(Math.cos(angle) * r)},${round(Math.sin(angle) * r)}`;
  });
  return `M${points.join('L')}Z`;
}

/** Radius of the regular polygon with the area of a circle of radius `r`. */
function polygonRadius(corners: number, r: number): number {
  return r * Math.sqrt(Math.PI / ((corners / 2) * Math.sin((2 * Math.PI) / corners)));
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** SVG path of a shape about the origin. */
export function glyphPath(glyph: Glyph, r: number): string {
  const up = -Math.PI / 2;
  switch (glyph) {
    case 'circle':
      return `M${-r},0A${r},${r},0,1,1,${r},0A${r},${r},0,1,1,${-r},0Z`;
    case 'square':
      return polygon(4, polygonRadius(4, r), Math.PI / 4);
    case 'diamond':
      return polygon(4, polygonRadius(4, r), 0);
    case 'triangle':
      return polygon(3, polygonRadius(3, r), up);
    case 'down':
      return polygon(3, polygonRadius(3, r), -up);
    case 'pentagon':
      return polygon(5, polygonRadius(5, r), up);
    case 'hexagon':
      return polygon(6, polygonRadius(6, r), 0);
    case 'cross': {
      const a = r * 0.4;
      const b = r * 1.15;
      return `M${[
        [-a, -b], [a, -b], [a, -a], [b, -a], [b, a], [a, a], [a, b], [-a, b], [-a, a], [-b, a], [-b, -a], [-a, -a],
      ]
        .map(([x, y]) => `${round(x as number)},${round(y as number)}`)
        .join('L')}Z`;
    }
    case 'bar': {
      const height = round(r * Math.sqrt(Math.PI / 8));
      return `M${-2 * height},${-height}H${2 * height}V${height}H${-2 * height}Z`;
    }
    case 'star': {
      const points = Array.from({ length: 10 }, (_, index) => {
        const angle = up + (index * Math.PI) / 5;
        const reach = index % 2 === 0 ? r * 1.45 : r * 0.65;
        return `${round(Math.cos(angle) * reach)},${round(Math.sin(angle) * reach)}`;
      });
      return `M${points.join('L')}Z`;
    }
  }
}

/** How a status is drawn: filled, tinted, hollow, or hollow with a dashed edge. */
export type Fill = 'solid' | 'tint' | 'hollow' | 'dashed';

/** Fill of a status. */
export function statusFill(status: string): Fill {
  switch (status) {
    case 'operating':
      return 'solid';
    case 'construction':
      return 'tint';
    case 'development':
    case 'planned':
      return 'hollow';
    default:
      return 'dashed';
  }
}

/** Colour of a palette slot. */
export function slotColour(slot: number): string {
  return slot === 0 ? 'var(--ink)' : `var(--series-${slot})`;
}
