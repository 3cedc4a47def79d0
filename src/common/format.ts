// Numbers and snippets of text as people read them, the same in the terminal and the editor.

/** A difference of two shares in hundredths: '6.0'. A percentage would read as one of the smaller share. */
export const ofHundred = (difference: number): string => (100 * difference).toFixed(1);

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)}%` : 'n/a';
}

/** 0.104 -> '10%', in sentences. */
export function wholePercent(share: number): string {
  return `${Math.round(100 * share)}%`;
}

/** A duration: '8 s', '25 min 32 s', '1 h 5 min'. */
export function duration(ms: number): string {
  const s = Math.round(ms / 1000);
  if (s < 60) return `${s} s`;
  const [high, low] = s < 3600 ? [`${Math.floor(s / 60)} min`, `${s % 60} s`] : hours(s);
  return low.startsWith('0 ') ? high : `${high} ${low}`;
}

function hours(s: number): [string, string] {
  const minutes = Math.round(s / 60);
  return [`${Math.floor(minutes / 60)} h`, `${minutes % 60} min`];
}

/** 1234567 -> '1,234,567', whatever the machine's locale. */
export function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(?:\d{3}){1,8}$)/g, ',');
}

/** '1 file', '2,000 files', '1 place'. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${thousands(value)} ${value === 1 ? one : many}`;
}

/** The text on one line of at most `width` characters: line ends become '⏎', and the start of a long text is cut. */
export function oneLine(text: string, width: number): string {
  const flat = text.replace(/\n\s*/g, '⏎').replace(/\t/g, ' ').trim();
  return flat.length <= width ? flat : `…${flat.slice(flat.length - width + 1)}`;
}

/** An estimate of the remaining time: 'about 4 minutes', 'less than a minute'. */
export function about(seconds: number): string {
  if (seconds < 50) return 'less than a minute';
  return `about ${counted(Math.round(seconds / 60) || 1, 'minute')}`;
}

/** '12 MB', rounded up. */
export function megabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}

/** Wraps lines at `width` characters, except longer words; wrapped parts are indented by two more columns. */
export function wrap(text: string, width = 100): string {
  return text
    .split('\n')
    .map((line) => wrapLine(line, width))
    .join('\n');
}

function wrapLine(line: string, width: number): string {
  if (line.length <= width) return line;
  const indent = /^ */.exec(line)?.[0] ?? '';
  const lines: string[] = [];
  let current = indent;
  // Two or more spaces separate columns of a table and stay.
  for (const word of line.slice(indent.length).split(/(?<=\S) (?=\S)/)) {
    const longer = current.trim() === '' ? current + word : `${current} ${word}`;
    if (longer.length <= width || current.trim() === '') current = longer;
    else {
      lines.push(current);
      current = `${indent}  ${word}`;
    }
  }
  return [...lines, current].join('\n');
}
