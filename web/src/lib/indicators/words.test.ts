import { describe, expect, it } from 'vitest';
import { formatDecimal } from '../format';
import { deviationText } from './words';

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
});
