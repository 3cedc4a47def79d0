// What the report's page and its Markdown both show: sections of sentences, charts, and tables that say the same as the charts.

/** Text, or a share 0..1, which is drawn as a bar as well. */
export type TableCell = string | number;

export interface ReportTable {
  readonly head: readonly string[];
  /** The first cell of each names it. */
  readonly rows: readonly (readonly TableCell[])[];
}

/** How a line is told from others without its colour. */
export type LineStyle = 'solid' | 'dashed' | 'dotted' | 'points';

export interface Series {
  readonly name: string;
  readonly line: LineStyle;
  /** Every point is marked. */
  readonly marks: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

export interface Axis {
  readonly name: string;
  /** 'share': 0..1, as per cent. */
  readonly unit: 'share' | 'number';
  /** Undefined: as far as its points go. */
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
  /** What stands before the cursor. */
  readonly before: string;
  readonly lines: readonly { readonly who: string; readonly text: string }[];
}

export interface Section {
  readonly title: string;
  readonly text: readonly string[];
  readonly chart?: Chart;
  /** Behind the chart, where there is one. */
  readonly table?: ReportTable;
  readonly examples?: readonly CodeExample[];
}

export interface ReportDocument {
  readonly title: string;
  readonly subtitle: string;
  readonly sections: readonly Section[];
}
