// Folders whose `.git` leads to a foreign repository, and folders whose `.git` leads to their own.
import { appendFileSync, cpSync, mkdirSync, readdirSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { gitIn as git, writeIn as write } from './tree.ts';

/** Occurs in messages, staged contents and names of the foreign repository, and nowhere in the opened folder. */
export const foreignWord = 'smugglersCove';

function lines(word: string): string {
  return Array.from({ length: 12 }, (_, i) => `export const ${word}${i} = measure('${word}', ${i * 7});\n`).join('');
}

/** A repository with two commits that all mention the word, and a staged change. */
function repository(folder: string, word: string): void {
  mkdirSync(folder, { recursive: true });
  git(folder, 'init', '-q', '-b', 'main');
  for (const turn of [1, 2]) {
    write(folder, `${word}.ts`, lines(`${word}${turn}`));
    git(folder, 'add', '.');
    git(folder, 'commit', '-qm', `Mend ${word} ${turn}`);
  }
  write(folder, `${word}.ts`, lines(`${word}Staged`));
  git(folder, 'add', '.');
}

/** Makes `base`/folder and `base`/other, a foreign repository. Returns the folder to open. */
type Make = (base: string) => string;

const traps: Readonly<Record<string, (folder: string, other: string) => void>> = {
  'a .git file that leads to another repository': (folder, other) =>
    write(folder, '.git', `gitdir: ${join(other, '.git')}\n`),
  'a .git file with a relative path': (folder) => write(folder, '.git', 'gitdir: ../other/.git\n'),
  'a .git file that leads to a worktree of another folder': (folder, other) => {
    git(other, 'worktree', 'add', '-q', join(other, '../another'));
    write(folder, '.git', `gitdir: ${join(other, '.git/worktrees/another')}\n`);
  },
  'a .git file that leads to a submodule of another folder': (folder, other) => {
    repository(join(other, '../library'), `${foreignWord}Library`);
    git(other, 'submodule', '--quiet', 'add', join(other, '../library'), 'library');
    write(folder, '.git', `gitdir: ${join(other, '.git/modules/library')}\n`);
  },
  'a link in place of .git': (folder, other) => symlinkSync(join(other, '.git'), join(folder, '.git')),
  'a link in place of .git, to a file in the folder that leads out': (folder, other) => {
    write(folder, 'named', `gitdir: ${join(other, '.git')}\n`);
    symlinkSync('named', join(folder, '.git'));
  },
  'a repository that borrows another by commondir': (folder, other) => {
    write(folder, '.git/HEAD', 'ref: refs/heads/main\n');
    write(folder, '.git/commondir', `${join(other, '.git')}\n`);
    cpSync(join(other, '.git/index'), join(folder, '.git/index'));
  },
  'a whole repository that borrows another by commondir': (folder, other) => {
    git(folder, 'init', '-q', '-b', 'main');
    write(folder, '.git/commondir', `${join(other, '.git')}\n`);
    cpSync(join(other, '.git/index'), join(folder, '.git/index'));
  },
  'a repository that borrows another by a commondir with a million line ends': (folder, other) => {
    git(folder, 'init', '-q', '-b', 'main');
    write(folder, '.git/commondir', `${join(other, '.git')}${'\n'.repeat(1_100_000)}`);
    cpSync(join(other, '.git/index'), join(folder, '.git/index'));
  },
  'a worktree that somebody made up, in the folder': (folder, other) => {
    write(folder, '.git', 'gitdir: made/worktrees/up\n');
    write(folder, 'made/worktrees/up/gitdir', `${join(folder, '.git')}\n`);
    write(folder, 'made/worktrees/up/commondir', `${join(other, '.git')}\n`);
    write(folder, 'made/worktrees/up/HEAD', 'ref: refs/heads/main\n');
    cpSync(join(other, '.git/index'), join(folder, 'made/worktrees/up/index'));
  },
  'objects that are borrowed': (folder, other) => {
    git(folder, 'init', '-q', '-b', 'main');
    write(folder, '.git/objects/info/alternates', `${join(other, '.git/objects')}\n`);
    write(folder, '.git/refs/heads/main', git(other, 'rev-parse', 'HEAD'));
    cpSync(join(other, '.git/index'), join(folder, '.git/index'));
  },
  'objects that are borrowed behind a million words': (folder, other) => {
    git(folder, 'init', '-q', '-b', 'main');
    write(folder, '.git/objects/info/alternates', `${'# words\n'.repeat(140_000)}${join(other, '.git/objects')}\n`);
    write(folder, '.git/refs/heads/main', git(other, 'rev-parse', 'HEAD'));
    cpSync(join(other, '.git/index'), join(folder, '.git/index'));
  },
  'objects that are borrowed by a repository in the folder': (folder, other) => {
    git(folder, 'init', '-q', '-b', 'main');
    write(folder, 'between/info/alternates', `${join(other, '.git/objects')}\n`);
    write(folder, '.git/objects/info/alternates', '../../between\n');
    write(folder, '.git/refs/heads/main', git(other, 'rev-parse', 'HEAD'));
    cpSync(join(other, '.git/index'), join(folder, '.git/index'));
  },
  'links in place of objects and branches': (folder, other) => {
    git(folder, 'init', '-q', '-b', 'main');
    for (const name of ['objects', 'refs', 'index']) {
      rmSync(join(folder, '.git', name), { recursive: true, force: true });
      symlinkSync(join(other, '.git', name), join(folder, '.git', name));
    }
  },
  'links in place of a branch and of packs': (folder, other) => {
    git(folder, 'init', '-q', '-b', 'main');
    git(other, 'gc', '-q');
    rmSync(join(folder, '.git/objects/pack'), { recursive: true });
    symlinkSync(join(other, '.git/objects/pack'), join(folder, '.git/objects/pack'));
    write(folder, '.git/refs/heads/main', git(other, 'rev-parse', 'HEAD'));
    cpSync(join(other, '.git/index'), join(folder, '.git/index'));
  },
  'links in place of single objects': (folder, other) => {
    git(folder, 'init', '-q', '-b', 'main');
    const objects = join(other, '.git/objects');
    for (const name of readdirSync(objects).filter((each) => each.length === 2)) {
      mkdirSync(join(folder, '.git/objects', name));
      for (const file of readdirSync(join(objects, name)))
        symlinkSync(join(objects, name, file), join(folder, '.git/objects', name, file));
    }
    write(folder, '.git/refs/heads/main', git(other, 'rev-parse', 'HEAD'));
    cpSync(join(other, '.git/index'), join(folder, '.git/index'));
  },
};

export const foreignGit: Readonly<Record<string, Make>> = Object.fromEntries(
  Object.entries(traps).map(([name, make]): [string, Make] => [
    name,
    (base) => {
      const [folder, other] = [join(base, 'folder'), join(base, 'other')];
      repository(other, foreignWord);
      write(folder, 'kept.ts', lines('harbour'));
      make(folder, other);
      return folder;
    },
  ]),
);

/** Folders whose own repository may be read. Its messages contain the word 'harbour'. */
export const ownGit: Readonly<Record<string, Make>> = {
  'a repository': (base) => {
    repository(join(base, 'folder'), 'harbour');
    return join(base, 'folder');
  },
  'a folder in a repository': (base) => {
    repository(join(base, 'folder'), 'harbour');
    write(base, 'folder/packages/inner/kept.ts', lines('inner'));
    return join(base, 'folder/packages/inner');
  },
  'a folder behind a link': (base) => {
    repository(join(base, 'folder'), 'harbour');
    symlinkSync('folder', join(base, 'link'));
    return join(base, 'link');
  },
  'a worktree': (base) => {
    repository(join(base, 'other'), 'harbour');
    git(join(base, 'other'), 'worktree', 'add', '-q', join(base, 'folder'));
    return join(base, 'folder');
  },
  'a worktree with relative paths': (base) => {
    repository(join(base, 'other'), 'harbour');
    git(join(base, 'other'), 'worktree', 'add', '-q', join(base, 'folder'));
    write(base, 'folder/.git', 'gitdir: ../other/.git/worktrees/folder\n');
    write(base, 'other/.git/worktrees/folder/gitdir', '../../../../folder/.git\n');
    return join(base, 'folder');
  },
  'a submodule': (base) => {
    repository(join(base, 'library'), 'harbour');
    repository(join(base, 'other'), 'around');
    git(join(base, 'other'), 'submodule', '--quiet', 'add', join(base, 'library'), 'folder');
    return join(base, 'other/folder');
  },
  'a submodule of a submodule': (base) => {
    repository(join(base, 'library'), 'harbour');
    repository(join(base, 'middle'), 'middle');
    git(join(base, 'middle'), 'submodule', '--quiet', 'add', join(base, 'library'), 'inner');
    git(join(base, 'middle'), 'commit', '-qm', 'inner');
    repository(join(base, 'outer'), 'outer');
    git(join(base, 'outer'), 'submodule', '--quiet', 'add', join(base, 'middle'), 'middle');
    git(join(base, 'outer'), 'submodule', '--quiet', 'update', '--init', '--recursive');
    return join(base, 'outer/middle/inner');
  },
  'a submodule in a worktree': (base) => {
    repository(join(base, 'library'), 'harbour');
    repository(join(base, 'other'), 'around');
    git(join(base, 'other'), 'submodule', '--quiet', 'add', join(base, 'library'), 'library');
    git(join(base, 'other'), 'commit', '-qm', 'library');
    git(join(base, 'other'), 'worktree', 'add', '-q', join(base, 'folder'));
    git(join(base, 'folder'), 'submodule', '--quiet', 'update', '--init');
    return join(base, 'folder/library');
  },
  'a repository without a folder of its own, in the folder': (base) => {
    repository(join(base, 'folder'), 'harbour');
    renameSync(join(base, 'folder/.git'), join(base, 'folder/.bare'));
    write(base, 'folder/.git', 'gitdir: ./.bare\n');
    return join(base, 'folder');
  },
  'objects that are borrowed in the folder, and a branch that is a link': (base) => {
    const folder = join(base, 'folder');
    repository(folder, 'harbour');
    cpSync(join(folder, '.git/objects'), join(folder, 'vault'), { recursive: true });
    write(folder, '.git/objects/info/alternates', '# more\n../../vault\n');
    symlinkSync('refs/heads/main', join(folder, '.git/refs/heads/../alias'));
    return folder;
  },
  'a settings file that says where it belongs': (base) => {
    repository(join(base, 'folder'), 'harbour');
    appendFileSync(join(base, 'folder/.git/config'), '[core]\n\tworktree = ".."\n');
    return join(base, 'folder');
  },
};

/** Whether git without protection shows texts of the foreign repository. */
export function isShownByGit(folder: string): boolean {
  try {
    const output = git(folder, 'log', '--format=%s') + git(folder, 'diff', '--cached');
    return output.includes(foreignWord);
  } catch {
    return false;
  }
}
