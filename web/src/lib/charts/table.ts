/** The table behind a chart: what *show as table* shows and what the CSV holds. */
import type { Figure } from '../api/types';
import { isLinked, type Linked } from '../components/sentence';
import { isCounted, type Counted } from '../counted';
import type { Cell } from './csv';

/** A cell of the table: text, a link, a figure that opens its provenance, or a number that opens the figure it belongs to. */
export type TableCell = string | number | Figure | Counted | Linked | null | undefined;

/** Whether a cell leads to another page. */
export function isLink(cell: TableCell): cell is Linked {
  return typeof cell === 'object' && isLinked(cell);
}

/** A table. */
export interface Table {
  readonly header: string[];
  readonly rows: TableCell[][];
}

/** Whether a cell is a figure of the twin. */
export function isFigure(cell: TableCell): cell is Figure {
  return typeof cell === 'object' && cell !== null && !isCounted(cell) && !isLink(cell);
}

/** Headings of the columns that a saved table has beside those shown. */
export interface MoreColumns {
  readonly unit: string;
  readonly source: string;
  readonly basis: string;
}

/** Words for some editions, by their keys; of all behind the table where there is no key. */
export type NameSources = (keys: readonly string[]) => string;

/**
 * The table with the figures as the exact decimals that the API sent, and at each row's end the units, bases and sources
 * of its own figures, where the table has no such column already. A row whose figures were computed over several
 * editions names those of the whole.
 */
export function plain(table: Table, head: MoreColumns, named: NameSources): { header: string[]; rows: Cell[][] } {
  const more = (['unit', 'source', 'basis'] as const).filter((column) => !table.header.includes(head[column]));
  return {
    header: [...table.header, ...more.map((column) => head[column])],
    rows: table.rows.map((row) => {
      const figures = row.filter(isFigure);
      const joined = (texts: string[]): string => [...new Set(texts.filter(Boolean))].join('; ');
      const said = {
        unit: joined(figures.map((figure) => [figure.unit, figure.substance ?? ''].filter(Boolean).join(' '))),
        source: figures.length > 0 ? named([...new Set(figures.map((figure) => figure.source).filter(Boolean))]) : '',
        basis: joined(figures.map((figure) => figure.basis)),
      };
      return [...row.map((cell) => (isFigure(cell) ? cell.value : isCounted(cell) ? cell.number : isLink(cell) ? cell.text : cell)), ...more.map((column) => said[column])];
    }),
  };
}
