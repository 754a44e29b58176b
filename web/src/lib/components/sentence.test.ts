import { expect, it } from 'vitest';
import { cut, placeOf } from './sentence';

it('cuts a sentence at its figures, in whatever order a language puts them', () => {
  expect(cut(`${placeOf(1)} of ${placeOf(0)} sites`)).toEqual([1, ' of ', 0, ' sites']);
  expect(cut('no figure')).toEqual(['no figure']);
  expect(cut('')).toEqual([]);
});
