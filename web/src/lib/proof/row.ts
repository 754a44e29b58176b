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
  if (Array.isArray(json['processes'])) return findInSite(json, observation);
  return undefined;
}

function findInTable(columns: string[], rows: unknown[], { key, area, partner, value, note }: Observation): FoundRow | undefined {
  const wanted: Record<string, string> = { ...key, area, partner, period: value.period, unit: value.unit, basis: value.basis, qualifier: value.qualifier, note };
  const tests = Object.entries(wanted).map(([column, cell]) => ({ at: columns.indexOf(column), cell }));
  const valueAt = columns.indexOf('value');
  // A column that is empty throughout is left out of the table.
  if (valueAt < 0 || (value.substance ?? '') !== key.substance || tests.some(({ at, cell }) => at < 0 && cell !== '')) return undefined;
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

/** A site tells capacities of its processes, and shares of its owners. */
function findInSite(site: Json, observation: Observation): FoundRow | undefined {
  if (text(site['country']) !== observation.area || observation.partner !== '') return undefined;
  const owners = Array.isArray(site['owners']) ? (site['owners'] as Json[]) : [];
  const { key, value, note } = observation;
  // What the owners' shares rest on stands in the first process's note.
  if (key.measure === '') return placed(owners, owners.findIndex((owner) => text(owner['name']) === key.subject && value.unit === 'percent' && text(owner['basis']) === value.basis && value.qualifier === '' && value.period === '' && sameDecimal(text(owner['share']), value.value ?? '') && note === text((site['processes'] as Json[])[0]?.['note'])));
  if (key.measure !== 'capacity' || text(site['name']) !== key.subject) return undefined;
  const processes = site['processes'] as Json[];
  return placed(processes, processes.findIndex((process) => {
    const capacity = (process['capacity'] ?? {}) as Json;
    const told = [process['commodity'], process['stage'], process['form'], process['basis'], process['note'], capacity['unit'], capacity['substance'], capacity['period'], capacity['qualifier']].map(text);
    const shown = [key.commodity, key.stage, key.form, value.basis, note, value.unit, value.substance ?? '', value.period, value.qualifier];
    return told.every((cell, at) => cell === shown[at]) && sameDecimal(text(capacity['value']), value.value ?? '');
  }));
}

function placed(list: readonly Json[], index: number): FoundRow | undefined {
  const found = list[index];
  return found ? { row: index + 1, of: list.length, cells: flatten(found) } : undefined;
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
