// Numbers and snippets of text as people read them, the same in the terminal and the editor.

export function percent(share: number): string {
  return Number.isFinite(share) ? `${(share * 100).toFixed(1)}%` : 'n/a';
}

/** 1234567 -> '1,234,567', whatever the machine's locale. */
export function thousands(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, ',');
}

/** '1 file', '2,000 files', '1 place'. */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${thousands(value)} ${value === 1 ? one : many}`;
}

/** Text squeezed on one line of at most `width` characters: line ends shown as '⏎', the start cut where it is too long. */
export function oneLine(text: string, width: number): string {
  const flat = text.replace(/\n\s*/g, '⏎').replace(/\t/g, ' ').trim();
  return flat.length <= width ? flat : `…${flat.slice(flat.length - width + 1)}`;
}

/** A time that is still to come, as people say it: 'about 4 minutes', 'less than a minute'. */
export function about(seconds: number): string {
  if (seconds < 50) return 'less than a minute';
  return `about ${counted(Math.round(seconds / 60) || 1, 'minute')}`;
}
