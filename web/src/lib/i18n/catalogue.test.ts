import { describe, expect, it } from 'vitest';
import { catalogue } from './catalogue';
import { interpolate, placeholders } from './interpolate';

describe('message catalogue', () => {
  for (const [name, namespace] of Object.entries(catalogue)) {
    const en = namespace.en as Record<string, string>;
    const fr = namespace.fr as Record<string, string>;

    it(`${name}: both languages have the same keys`, () => {
      expect(Object.keys(fr).sort()).toEqual(Object.keys(en).sort());
    });

    it(`${name}: both languages have the same placeholders, and no empty text`, () => {
      for (const [key, message] of Object.entries(en)) {
        expect(message.trim(), `${name}.${key} (en)`).not.toBe('');
        expect(fr[key]?.trim(), `${name}.${key} (fr)`).not.toBe('');
        expect(placeholders(fr[key] ?? ''), `${name}.${key}`).toEqual(placeholders(message));
      }
    });
  }
});

describe('interpolate', () => {
  it('fills names and leaves unknown ones to be seen', () => {
    expect(interpolate('{a} and {b}', { a: 'x' }, 'en')).toBe('x and {b}');
  });

  it('follows the plural rule of the language: zero is plural in English, singular in French', () => {
    const message = '{n} {n|site|sites}';
    expect([0, 1, 2].map((n) => interpolate(message, { n }, 'en'))).toEqual(['0 sites', '1 site', '2 sites']);
    expect([0, 1, 2].map((n) => interpolate(message, { n }, 'fr'))).toEqual(['0 site', '1 site', '2 sites']);
  });

  it('groups numbers as the language does', () => {
    expect(interpolate('{n}', { n: 12345 }, 'en')).toBe('12,345');
    expect(interpolate('{n}', { n: 12345 }, 'fr')).toBe('12\u202f345');
  });
});
