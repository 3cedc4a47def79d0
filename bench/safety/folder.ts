// Folders that somebody else made: whether opening one runs anything of it, and whether anything but the folder is read.
import { existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../../build/paths.ts';
import { uniforms } from '../../src/common/statistics/random.ts';
import { readTokenizer } from '../../src/text/tokenizer/load.ts';
import { harvestFolder } from '../../src/workspace/files/folder.ts';
import { type Trap, traps, tryTrap, ways } from '../../test/safety/folder.ts';
import { outsideWord } from '../../test/support/crafted.ts';
import { writeMarkerProgram } from '../../test/support/hostile.ts';
import { type Campaign, type CampaignRow, Tally } from './campaign.ts';

export const folderCampaign: Campaign = {
  name: 'folder',
  what: 'hostile repositories, links, pipes, devices and crafted index entries: through the command line, trusted and not',
  run: async (show) => {
    for (const trap of traps) {
      const tally = new Tally();
      for (const way of Object.keys(ways) as (keyof typeof ways)[]) {
        const wrong = await tryTrap(trap, way);
        tally.try(wrong === undefined, `${way}: ${wrong}`);
      }
      const wrong = await harvestUntrusted(trap);
      tally.try(wrong === undefined, `in Restricted Mode: ${wrong}`);
      show(tally.row(`folder: ${trap.promise}`, trap.name));
    }
    for (const [name, letters] of Object.entries(dense)) show(await tokensOf(name, letters));
  },
};

/** What text may be made of that is denser than source text. */
const dense: Readonly<Record<string, string>> = {
  digits: '0123456789',
  letters: 'abcdefghijklmnopqrstuvwxyz',
  base64: 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/',
  ideographs: '漢字仮名交文章読書説明文件使用方法変更内容',
};
/** Bytes of a folder of it, the limit of bytes, and the tokens that this limit stands for, with what the estimate may be wrong by. */
const folderBytes = 4_000_000;
const limitBytes = 3_200_000;
const mostTokens = 1_250_000;

async function tokensOf(name: string, letters: string): Promise<CampaignRow> {
  const tally = new Tally();
  const tokenizer = readTokenizer(join(root, 'models/small/tokenizer.json'));
  if (!tokenizer.ok) throw new Error(tokenizer.error.message);
  const random = uniforms(7);
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-dense-')));
  const characters = [...letters];
  for (let written = 0, n = 0; written < folderBytes; n++) {
    const lines = Array.from({ length: 500 }, () =>
      Array.from({ length: 80 }, () => characters[Math.floor(random() * characters.length)]).join(''),
    );
    const text = lines.join('\n');
    writeFileSync(join(folder, `notes${n}.txt`), text);
    written += Buffer.byteLength(text);
  }
  const harvested = await harvestFolder(folder, { maxTotalBytes: limitBytes }, { tokenizer: tokenizer.value });
  rmSync(folder, { recursive: true });
  const report = harvested.ok ? harvested.value.report : undefined;
  const tokens = report?.tokens ?? Number.NaN;
  tally.try(tokens > 0 && tokens < mostTokens, `${report?.files} files, ${report?.bytes} bytes, ${tokens} tokens`);
  return tally.row('folder: dense text has a limit of tokens', name);
}

/** As the editor reads a folder in Restricted Mode. Undefined: it held. */
async function harvestUntrusted(trap: Trap): Promise<string | undefined> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), 'easy-adaptation-untrusted-')));
  try {
    writeMarkerProgram(join(base, 'program'), join(base, 'marker'));
    const harvested = await harvestFolder(trap.make(base, join(base, 'program')), { trusted: false });
    if (existsSync(join(base, 'marker'))) return 'a program of the folder was run';
    if (!harvested.ok) return harvested.error.message;
    if (harvested.value.report.usedGit) return 'git was asked';
    return harvested.value.files.some(({ text }) => text.includes(outsideWord))
      ? 'a text from outside was read'
      : undefined;
  } finally {
    rmSync(base, { recursive: true, force: true });
  }
}
