import type { Observation } from '../api/types';

/** The place of a figure in a payload: a row of a table, or a process of a site. */
export interface FoundRow {
  /** Row number from 1 (processes of a site are counted alike). */
  row: number;
  of: number;
  cells: { column: string; value: string }[];
}

type Json = Record<string, unknown>;

function text(value: unknown): string {
  return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
}

/** `1.50` and `1.5` are the same figure; other text must match letter by letter. */
export function sameDecimal(a: string, b: string): boolean {
  return normal(a) === normal(b);
}

function normal(decimal: string): string {
  const match = /^(-?)0*(\d+?)(?:\.(\d*?)0*)?$/.exec(decimal.trim());
  if (!match) return decimal;
  return `${match[1] ?? ''}${match[2] ?? ''}${match[3] ? `.${match[3]}` : ''}`;
}

/** Finds the observation in the payload of the statement that carries it. */
export function findRow(payload: unknown, observation: Observation): FoundRow | undefined {
  if (payload === null || typeof payload !== 'object') return undefined;
  const json = payload as Json;
  if (Array.isArray(json['columns']) && Array.isArray(json['rows'])) {
    return findInTable(json['columns'].map(text), json['rows'] as unknown[], observation);
  }
  if (Array.isArray(json['processes'])) return findProcess(json['processes'] as Json[], observation);
  return undefined;
}

function findInTable(columns: string[], rows: unknown[], { key, area, partner, value }: Observation): FoundRow | undefined {
  const wanted: Record<string, string> = { ...key, area, partner, period: value.period, unit: value.unit };
  const tests = Object.entries(wanted).map(([column, cell]) => ({ at: columns.indexOf(column), cell }));
  // A column that is empty throughout is left out of the table.
  if (tests.some(({ at, cell }) => at < 0 && cell !== '')) return undefined;
  const valueAt = columns.indexOf('value');
  const index = rows.findIndex(
    (row) =>
      Array.isArray(row) &&
      tests.every(({ at, cell }) => at < 0 || text(row[at]) === cell) &&
      sameDecimal(text(row[valueAt]), value.value ?? ''),
  );
  if (index < 0) return undefined;
  const cells = columns.map((column, at) => ({ column, value: text((rows[index] as unknown[])[at]) }));
  return { row: index + 1, of: rows.length, cells: cells.filter((cell) => cell.value !== '') };
}

function findProcess(processes: Json[], { key, value }: Observation): FoundRow | undefined {
  const index = processes.findIndex((process) => {
    const capacity = process['capacity'];
    const amount = capacity !== null && typeof capacity === 'object' ? text((capacity as Json)['value']) : text(capacity);
    return text(process['commodity']) === key.commodity && text(process['stage']) === key.stage && sameDecimal(amount, value.value ?? '');
  });
  const process = processes[index];
  if (!process) return undefined;
  return { row: index + 1, of: processes.length, cells: flatten(process) };
}

function flatten(value: Json, prefix = ''): { column: string; value: string }[] {
  return Object.entries(value).flatMap(([name, cell]) =>
    cell !== null && typeof cell === 'object' && !Array.isArray(cell)
      ? flatten(cell as Json, `${prefix}${name}.`)
      : text(cell) === ''
        ? []
        : [{ column: prefix + name, value: text(cell) }],
  );
}
