// What comes at the forty places under each rule, as a table in Markdown: bench/typing/forty-places.md is one that was read and judged.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NgramModel } from '../../src/ngram/model.ts';
import { lineStart } from '../../src/text/lines.ts';
import type { Base } from '../base/types.ts';
import { Desk, type DeskDeps } from '../common/desk.ts';
import type { Figures } from '../figures.ts';
import { type ChosenFile, type ChosenPlace, chosenFiles } from './places.ts';
import { Models, TimedEngine, TimedNgram } from './timed.ts';
import { VirtualClock } from './virtual-clock.ts';

const KEY = 'forty';
/** A cursor rests so long before the key, and one waits so long after it, ms: a person who looks what comes. */
const REST_MS = 2000;
const LOOK_MS = 1000;

interface Rule {
  readonly name: string;
  readonly desk: Pick<DeskDeps, 'settings' | 'answering' | 'changed'>;
}

export async function forty(base: Base, rules: readonly Rule[]): Promise<Figures> {
  const files = chosenFiles();
  const came = new Map(rules.map(({ name }) => [name, { right: 0, wrong: 0, nothing: 0 }]));
  console.log(`| place | written there | ${rules.map(({ name }) => name).join(' | ')} |`);
  console.log(`| --- | --- |${rules.map(() => ' --- |').join('')}`);
  for (const file of files) {
    const columns: (readonly string[])[] = [];
    for (const rule of rules) columns.push(await comesAt(file, base, rule));
    for (const [i, { languageId, prefix, rest }] of file.places.entries()) {
      const texts = columns.map((column) => column[i] as string);
      for (const [at, text] of texts.entries()) {
        const counted = came.get((rules[at] as Rule).name) as { right: number; wrong: number; nothing: number };
        counted[text === '' ? 'nothing' : rest.startsWith(text) ? 'right' : 'wrong']++;
      }
      const before = prefix.slice(lineStart(prefix)).trim() || prefix.trimEnd().split('\n').at(-1)?.trim();
      const written = rest.slice(0, Math.max(40, ...texts.map(({ length }) => length)));
      const cells = [
        `${languageId}: ${code(`${before}|`)}`,
        code(written),
        ...texts.map((text) => verdict(text, rest)),
      ];
      console.log(`| ${cells.join(' | ')} |`);
    }
  }
  return Object.fromEntries(came);
}

function verdict(text: string, rest: string): string {
  return text === '' ? '' : `${rest.startsWith(text) ? 'right' : 'wrong'} ${code(text)}`;
}

/** One line, without what ends a cell. */
function code(text: string): string {
  return `\`\`${text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll('|', '¦').replace(/ {2,}/g, ' ')}\`\``;
}

async function comesAt({ others, places }: ChosenFile, base: Base, rule: Rule): Promise<string[]> {
  const scratch = mkdtempSync(join(tmpdir(), 'bench-forty-'));
  const index = NgramModel.build(others, base.tokenizer);
  const models = new Models(index, join(scratch, 'others.ngram'));
  writeFileSync(models.snapshot, index.serialize());
  const clock = new VirtualClock();
  const timed = { models, clock, cost: { cpuMs: 0 } };
  const desk = new Desk({ clock, ngram: new TimedNgram(timed), key: KEY, ahead: true, ...rule.desk });
  const look = async ({ languageId, path, prefix }: ChosenPlace): Promise<string> => {
    desk.editor.come(path, languageId, { prefix: prefix.slice(0, -1), suffix: '' });
    await clock.sleep(REST_MS);
    desk.editor.press({ prefix, suffix: '' });
    await clock.sleep(LOOK_MS);
    const text = desk.editor.ghost?.text ?? '';
    desk.editor.give();
    return text;
  };
  try {
    return await clock.run(
      (async () => {
        const { model, tokenizerPath: tokenizer } = base;
        const engine = new TimedEngine(timed);
        await desk.specialist.open(engine, { model, name: 'base', tokenizer, precision: 'auto', threads: 1 });
        const texts: string[] = [];
        for (const place of places) texts.push(await look(place));
        return texts;
      })(),
    );
  } finally {
    desk.dispose();
    await models.close(KEY);
    rmSync(scratch, { recursive: true, force: true });
  }
}
