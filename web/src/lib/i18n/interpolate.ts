export type Values = Record<string, string | number>;

const rules: Record<string, Intl.PluralRules> = {};

/**
 * Fills `{name}`, and `{name|one|other}` by the language's plural rule for the number `name`
 * (the number itself is not printed: write `{n} {n|site|sites}`).
 */
export function interpolate(message: string, values: Values, language: string): string {
  return message.replace(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g, (whole, name: string, one?: string, other?: string) => {
    const value = values[name];
    if (value === undefined) return whole;
    if (one !== undefined && other !== undefined) {
      const rule = (rules[language] ??= new Intl.PluralRules(language));
      return rule.select(Number(value)) === 'one' ? one : other;
    }
    return typeof value === 'number' ? new Intl.NumberFormat(language).format(value) : value;
  });
}

/** The placeholders of a message, sorted: both languages must have the same. */
export function placeholders(message: string): string[] {
  return [...new Set([...message.matchAll(/\{(\w+)/g)].map((match) => match[1] ?? ''))].sort();
}
