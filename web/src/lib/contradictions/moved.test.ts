import { describe, expect, it } from 'vitest';
import { shown } from './moved';

describe('a figure that would be another', () => {
  it('is rounded to one step now and then, that of the surer', () => {
    const row = shown({ before: '47700.4', before_deviation: '811.2', after: '46101.3', after_deviation: '95.1' });
    expect(row.before.replace(/[\s,]/g, '')).toBe('47700±811t');
    expect(row.after?.replace(/[\s,]/g, '')).toBe('46101±95t');
  });

  it('shows a move that is small beside the deviation', () => {
    const row = shown({ before: '1643640', before_deviation: '135803', after: '1638200', after_deviation: '136100' });
    expect([row.before, row.after].map((text) => text?.replace(/[\s,]/g, ''))).toEqual(['1644000±136000t', '1638000±136000t']);
  });

  it('has no number where nobody could know', () => {
    expect(shown({ before: '5', before_deviation: '1', after: null, after_deviation: null }).after).toBeUndefined();
  });
});
