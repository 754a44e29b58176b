/** The table behind a chart: what *show as table* shows and what the CSV holds. */
import type { Figure } from '../api/types';
import type { Cell } from './csv';

/** A cell of the table: text, a number, or a figure that opens its provenance. */
export type TableCell = string | number | Figure | null | undefined;

/** A table. */
export interface Table {
  readonly header: string[];
  readonly rows: TableCell[][];
}

/** Whether a cell is a figure of the twin. */
export function isFigure(cell: TableCell): cell is Figure {
  return typeof cell === 'object' && cell !== null;
}

/** The table with the figures as the exact decimals that the API sent. */
export function plain(table: Table): { header: string[]; rows: Cell[][] } {
  return {
    header: [...table.header],
    rows: table.rows.map((row) => row.map((cell) => (isFigure(cell) ? cell.value : cell))),
  };
}
