// Numbers in the user's locale, and texts on one line, for the webviews.

export class Words {
  private readonly locale: string;

  constructor(locale: string) {
    this.locale = safeLocale(locale);
  }

  count(value: number): string {
    return value.toLocaleString(this.locale, { maximumFractionDigits: 0 });
  }

  percent(share: number): string {
    return share.toLocaleString(this.locale, { style: 'percent', maximumFractionDigits: 0 });
  }

  /** 4 ms, 620 ms, 1.2 s; '–' if unknown. */
  latency(ms: number | undefined): string {
    if (ms === undefined || !Number.isFinite(ms)) return '–';
    if (ms < 1) return '<1 ms';
    if (ms < 1000) return `${Math.round(ms)} ms`;
    return `${this.number(ms / 1000, 1)} s`;
  }

  /** US dollars with enough digits to see a single call: $0.0004, $1.25. */
  money(usd: number): string {
    if (usd === 0) return '$0';
    const digits = usd < 0.01 ? 4 : usd < 1 ? 3 : 2;
    return usd < 0.0001 ? '<$0.0001' : `$${this.number(usd, digits)}`;
  }

  number(value: number, digits: number): string {
    return value.toLocaleString(this.locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
  }

  time(at: number): string {
    return new Date(at).toLocaleTimeString(this.locale, { hour: '2-digit', minute: '2-digit', second: '2-digit' });
  }

  date(at: number): string {
    return new Date(at).toLocaleString(this.locale, { dateStyle: 'medium', timeStyle: 'short' });
  }
}

/** Falls back to English: `Intl` throws on a malformed tag. */
function safeLocale(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

/** A text on one line: a line break becomes ' ⏎ ', a tab a space. */
export function flatten(text: string): string {
  return text.replace(/(?<!\s)\s*\n\s*/g, ' ⏎ ').replace(/\t/g, ' ');
}

/** Files whose names are listed. */
const NAMED = 3;

/** How many places a next edit has, and which are left out. */
export function placesLeft(
  words: Words,
  left: number,
  unsure?: { readonly count: number; readonly paths: readonly string[] },
): string {
  const found = left === 1 ? 'One more place found' : `${words.count(left)} more places found`;
  if (unsure === undefined) return found;
  const { count, paths } = unsure;
  const files = paths.length > NAMED ? [...paths.slice(0, NAMED), '...'] : paths;
  return `${found}; ${words.count(count)} like it left out, in ${files.join(', ')}`;
}
