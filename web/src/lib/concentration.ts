/**
 * Where the Herfindahl–Hirschman index begins to count as moderately and as highly concentrated (US Merger Guidelines
 * 2023), and as close to a single supplier: what one country with 71 percent alone brings about.
 */
export const HHI = { moderate: 1000, high: 1800, extreme: 5000 } as const;

export type Concentration = 'low' | 'moderate' | 'high' | 'extreme';

export function concentration(hhi: number): Concentration {
  if (hhi >= HHI.extreme) return 'extreme';
  if (hhi > HHI.high) return 'high';
  if (hhi > HHI.moderate) return 'moderate';
  return 'low';
}
