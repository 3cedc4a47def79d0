// What a base model's files may do to the engine: expressions that never end, and a process that is held all the same.
import { join } from 'node:path';
import { EngineClient } from '../../src/specialist/engine/client.ts';
import { LONGEST_SILENCE } from '../../src/specialist/engine/silence.ts';
import { byteLevelStep, splitStep } from '../../src/text/tokenizer/json-file.ts';
import { loadTokenizer } from '../../src/text/tokenizer/load.ts';
import { forEachWord, KNOWN_PATTERNS, splitsOf } from '../../src/text/tokenizer/splits.ts';
import { ManualClock } from '../../test/fakes/clock.ts';
import { drafting } from '../../test/specialist/engine/helpers.ts';
import { trainTokenizer } from '../../test/text/tokenizer/fixture.ts';
import { type Campaign, type CampaignRow, Tally } from './campaign.ts';

/** Characters of a text, and ms that an expression may take for it. */
const size = 200_000;
const mostMs = 5_000;
const hangs = 4;

const hostile = [
  '(?:q+q+)+Z',
  '(a*)*$',
  '(?:a|aa)+$',
  '(.*)*x',
  '(?=(a+))\\1*b',
  '(\\s*)*\\S',
  '\\p{L}*\\p{L}*\\p{L}*\\p{L}*9',
  '(?i:a',
];

const texts: Readonly<Record<string, string>> = {
  'one letter': 'q'.repeat(size),
  'one capital': 'Q'.repeat(size),
  blanks: ' '.repeat(size),
  'blanks and a letter': `${' '.repeat(size)}x`,
  'line ends': '\r\n'.repeat(size / 2),
  tabs: '\t'.repeat(size),
  signs: '=-'.repeat(size / 2),
  'no-break spaces': '\u00a0'.repeat(size),
  accents: 'e\u0301'.repeat(size / 2),
  ideographs: '漢字'.repeat(size / 2),
  digits: '7'.repeat(size),
  quotes: "'".repeat(size),
  mixed: " \t\r\u00a0Aa1'=\u0301漢".repeat(size / 11),
};

export const engineCampaign: Campaign = {
  name: 'engine',
  what: "expressions in a base model's tokenizer, requests that hold the engine",
  run: async (show) => {
    refused(show);
    timed(show);
    await held(show);
  },
};

function refused(show: (row: CampaignRow) => void): void {
  const json = trainTokenizer('const a = 1;\n'.repeat(20), 280);
  for (const pattern of hostile) {
    const tally = new Tally();
    for (const steps of [
      [splitStep(pattern), byteLevelStep(false)],
      [splitStep('\\p{N}'), splitStep(pattern), byteLevelStep(true)],
    ]) {
      const pretokenizers = { type: 'Sequence', pretokenizers: steps };
      const loaded = loadTokenizer({ ...json, pre_tokenizer: pretokenizers }, 'Choose another model.');
      const said = loaded.ok ? 'taken' : loaded.error.message;
      tally.try(/not known.*Choose another model/.test(said), said);
    }
    show(tally.row('engine: an expression that is not known is refused', pattern));
  }
}

function timed(show: (row: CampaignRow) => void): void {
  const patterns = [...KNOWN_PATTERNS].map((pattern) =>
    splitsOf({ type: 'Sequence', pretokenizers: [splitStep(pattern), byteLevelStep(false)] }),
  );
  for (const [name, text] of Object.entries(texts)) {
    const tally = new Tally();
    for (const splits of patterns) {
      const started = performance.now();
      let length = 0;
      forEachWord(text, splits, (word) => {
        length += word.length;
      });
      const took = performance.now() - started;
      tally.try(took < mostMs && length === text.length, `${splits[0]}: ${Math.round(took)} ms`);
    }
    show(tally.row('engine: one that is known reads any text in time', name));
  }
}

async function held(show: (row: CampaignRow) => void): Promise<void> {
  const tally = new Tally();
  for (let n = 0; n < hangs; n++) {
    const clock = new ManualClock();
    const script = join(import.meta.dirname, '../../test/specialist/engine/held-engine.ts');
    const client = new EngineClient({ script, clock });
    const holds = client.request('draft', drafting('hold'));
    const behind = Array.from({ length: n }, () => client.request('status', {}));
    await clock.advance(LONGEST_SILENCE.draft + 60_000);
    const first = await holds;
    const rest = await Promise.all(behind);
    const code = first.ok ? 'ok' : first.error.code;
    tally.try(code === 'timeout' && rest.every(({ ok }) => ok), `${code}, ${JSON.stringify(rest)}`);
    await client.end(0);
  }
  show(tally.row('engine: a process that is held is ended', 'a draft, with others behind it'));
}
