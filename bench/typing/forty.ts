// Prints the suggestions at forty chosen positions as a Markdown table.
import { lineStart } from '../../src/text/lines.ts';
import type { Base } from '../base/types.ts';
import type { Figures } from '../figures.ts';
import { inSimulatedWindow, type RuleWindow } from './in-simulated-window.ts';
import { type ChosenFile, chosenFiles } from './positions.ts';

/** A cursor rests so long before the key, and one waits so long after it, ms: a person who looks what comes. */
const REST_MS = 2000;
const LOOK_MS = 1000;

interface Rule {
  readonly name: string;
  readonly window: RuleWindow;
}

export async function forty(base: Base, rules: readonly Rule[]): Promise<Figures> {
  const files = chosenFiles();
  const came = new Map(rules.map(({ name }) => [name, { right: 0, wrong: 0, nothing: 0 }]));
  console.log(`| place | written there | ${rules.map(({ name }) => name).join(' | ')} |`);
  console.log(`| --- | --- |${rules.map(() => ' --- |').join('')}`);
  for (const file of files) {
    const columns: (readonly string[])[] = [];
    for (const rule of rules) columns.push(await comesAt(file, base, rule));
    for (const [i, { languageId, prefix, rest }] of file.positions.entries()) {
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
export function code(text: string): string {
  return `\`\`${text.replaceAll('\n', '⏎').replaceAll('\t', '⇥').replaceAll('|', '¦').replace(/ {2,}/g, ' ')}\`\``;
}

async function comesAt({ others, positions }: ChosenFile, base: Base, rule: Rule): Promise<string[]> {
  return inSimulatedWindow(base, others, rule.window, async ({ editor }, clock) => {
    const texts: string[] = [];
    for (const { languageId, path, prefix } of positions) {
      editor.come(path, languageId, { prefix: prefix.slice(0, -1), suffix: '' });
      await clock.sleep(REST_MS);
      editor.press({ prefix, suffix: '' });
      await clock.sleep(LOOK_MS);
      texts.push(editor.ghost?.text ?? '');
      editor.give();
    }
    return texts;
  });
}
