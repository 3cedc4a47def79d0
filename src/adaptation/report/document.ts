// A report as sections of sentences, charts and tables. Page, Markdown and terminal show the same document.

/** Text, or a share 0..1, which the page also draws as a bar. */
export type TableCell = string | number;

export interface ReportTable {
  readonly head: readonly string[];
  /** The first cell of a row is its name. */
  readonly rows: readonly (readonly TableCell[])[];
}

/** Distinguishes lines without colour. */
export type LineStyle = 'solid' | 'dashed' | 'dotted' | 'points';

export interface Series {
  readonly name: string;
  readonly line: LineStyle;
  /** Whether every point is marked. */
  readonly marks: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly name: string;
  /** 'share': 0..1, shown as per cent. */
  readonly unit: 'share' | 'number';
  /** Limits of the axis; undefined: those of its points. */
  readonly from?: number;
  readonly to?: number;
}

export interface Chart {
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface CodeExample {
  readonly location: string;
  /** Text before the cursor. */
  readonly before: string;
  readonly lines: readonly { readonly who: string; readonly text: string }[];
}

export interface Section {
  readonly title: string;
  readonly text: readonly string[];
  readonly chart?: Chart;
  /** If there is a chart, its figures. */
  readonly table?: ReportTable;
  readonly examples?: readonly CodeExample[];
}

export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
}
