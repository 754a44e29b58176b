import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../format';
import type { IndicatorCell } from '../api/types';
import { cellText, deviationText } from './words';

describe('numbers of indices', () => {
  it('what is rounded to nought has no sign, what is negative has one', () => {
    expect(formatDecimal('-0.00001', 4)).toBe('0');
    expect(formatDecimal('-0.0194', 4)).toMatch(/^[-−]0\.0194$/);
  });

  it('a small deviation is not told to be none', () => {
    expect(deviationText('0.01', '0.0016', 'percent')).toBe('±\u202f0.002');
    expect(deviationText('0.01', '0.00002', 'percent')).toBe('±\u202f0.00002');
    expect(deviationText('0.42', '0.0247', 'index')).toBe('±\u202f0.0247');
    expect(deviationText('0.42', '0', 'index')).toBe('±\u202f0');
    expect(deviationText('0.42', null, 'index')).toBe('');
  });

  it('what must stand beside a value does', () => {
    const figure = { value: '151.5', unit: 'percent' } as IndicatorCell['value'];
    const cell = { value: figure, deviation: '33.27', bound: 'at_most', missing: '', caveat: 'above' } as IndicatorCell;
    const notes = new Map([['above', { en: 'More than is used.', fr: 'Plus que ce qui est utilisé.' }]]);
    expect(cellText(cell, notes)).toContain('More than is used.');
    expect(cellText({ ...cell, caveat: '' }, notes)).not.toContain('used');
  });
});
