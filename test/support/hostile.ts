// Repositories whose settings, hooks, filters and remotes run a program if git is used carelessly. The program leaves a
// marker.

import { execFileSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gitIn, writeIn } from './tree.ts';

export interface Hostile {
  /** The folder to open, relative to the created folder. */
  readonly open?: string;
  /** Whether Git must not be started, because the repository is not the folder's own or begins in another folder. */
  readonly withoutGit?: true;
  /**
   * Makes the repository in the empty folder `root`. Code that starts `program` (absolute path) has a security hole.
   */
  make(root: string, program: string): void;
}

const empty = 'e'.repeat(40);
const hooks = ['post-index-change', 'fsmonitor-watchman', 'post-checkout', 'pre-auto-gc', 'reference-transaction'];

/** Whether git is version 2.45 or later. */
const hasReftable = (() => {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(execFileSync('git', ['--version'], { encoding: 'utf8' })) ?? [])
    .slice(1)
    .map(Number);
  return major > 2 || (major === 2 && minor >= 45);
})();

/** A repository with one tracked and one untracked source file. */
function repository(root: string, settings: Readonly<Record<string, string>> = {}): void {
  write(root, 'tracked.ts', 'export const tracked = [1, 2, 3].map((n) => n * n);\n');
  write(root, 'untracked.ts', 'export const untracked = "nothing to see here";\n');
  git(root, 'init', '-q');
  git(root, 'add', 'tracked.ts');
  configure(root, settings);
}

function configure(root: string, settings: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(settings)) git(root, 'config', name, value);
}

function git(root: string, ...args: string[]): void {
  gitIn(root, '-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', ...args);
}

function write(root: string, path: string, text: string, mode = 0o644): void {
  writeIn(root, path, text);
  chmodSync(join(root, path), mode);
}

/** An ignore file that is only in the index and has no blob. Git would fetch the blob from the promisor remote. */
function lacksIgnoreFile(root: string, remote: Readonly<Record<string, string>>): void {
  repository(root);
  git(root, 'update-index', '--add', '--cacheinfo', `100644,${empty},.gitignore`);
  git(root, 'update-index', '--skip-worktree', '.gitignore');
  configure(root, {
    'core.repositoryFormatVersion': '1',
    'extensions.partialClone': 'origin',
    'remote.origin.promisor': 'true',
    'remote.origin.fetch': '+refs/heads/*:refs/remotes/origin/*',
    ...remote,
  });
}

export const hostileRepositories: Readonly<Record<string, Hostile>> = {
  'a promisor remote over ssh': {
    make: (root, program) =>
      lacksIgnoreFile(root, { 'remote.origin.url': 'ssh://nowhere.invalid/x', 'core.sshCommand': program }),
  },
  'a promisor remote over ext': {
    make: (root, program) =>
      lacksIgnoreFile(root, { 'remote.origin.url': `ext::${program} %S`, 'protocol.ext.allow': 'always' }),
  },
  'a promisor remote in another folder': {
    make(root, program) {
      const other = join(root, 'other');
      repository(other, { 'uploadpack.packObjectsHook': program, 'uploadpack.allowFilter': 'true' });
      lacksIgnoreFile(root, {
        'remote.origin.url': other,
        'remote.origin.uploadpack': program,
        'protocol.file.allow': 'always',
      });
    },
  },
  fsmonitor: {
    make: (root, program) =>
      repository(root, { 'core.fsmonitor': program, 'core.fsmonitorHookVersion': '2', 'core.untrackedCache': 'true' }),
  },
  'hooks in the folder': {
    make(root, program) {
      repository(root, { 'core.hooksPath': 'hooks', 'core.fsmonitor': 'hooks/fsmonitor-watchman' });
      for (const hook of hooks) write(root, `hooks/${hook}`, `#!/bin/sh\nexec '${program}'\n`, 0o755);
      // Newer versions of git read hooks from the settings.
      for (const hook of hooks) configure(root, { [`hook.${hook}.event`]: hook, [`hook.${hook}.command`]: program });
      for (const hook of hooks) write(root, `.git/hooks/${hook}`, `#!/bin/sh\nexec '${program}'\n`, 0o755);
    },
  },
  filters: {
    make(root, program) {
      repository(root, {
        'filter.evil.clean': program,
        'filter.evil.smudge': program,
        'filter.evil.process': program,
        'filter.evil.required': 'true',
        'diff.evil.command': program,
        'diff.evil.textconv': program,
        'diff.external': program,
        'core.attributesFile': join(root, '.gitattributes'),
      });
      write(root, '.gitattributes', '* filter=evil diff=evil\n');
      write(root, 'tracked.ts', 'export const changed = "after it was added";\n');
    },
  },
  'filters in files of git': {
    make(root, program) {
      repository(root, { 'filter.evil.clean': program, 'filter.evil.process': program, 'diff.evil.textconv': program });
      write(root, '.git/info/attributes', '* filter=evil diff=evil working-tree-encoding=UTF-16\n');
      write(root, 'tracked.ts', 'export const changed = "after it was added";\n');
    },
  },
  'settings of a worktree': {
    open: 'linked',
    make(root, program) {
      const main = join(root, 'main');
      repository(main);
      git(main, '-c', 'user.name=t', '-c', 'user.email=t@example.org', 'commit', '-qm', 'x');
      git(main, 'worktree', 'add', '-q', join(root, 'linked'));
      configure(main, { 'core.repositoryFormatVersion': '1', 'extensions.worktreeConfig': 'true' });
      git(join(root, 'linked'), 'config', '--worktree', 'core.fsmonitor', program);
      git(join(root, 'linked'), 'config', '--worktree', 'core.hooksPath', 'hooks');
    },
  },
  'a worktree that begins above the folder': {
    open: 'inner',
    withoutGit: true,
    make(root, program) {
      repository(join(root, 'inner'), { 'core.fsmonitor': program, 'core.worktree': '../..' });
      write(root, 'tracked.ts', 'export const above = "not in the folder that is opened";\n');
    },
  },
  'a repository of SHA-256 with its references in tables': {
    make(root, program) {
      write(root, 'tracked.ts', 'export const tracked = "by a longer hash";\n');
      git(root, 'init', '-q', '--object-format=sha256', ...(hasReftable ? ['--ref-format=reftable'] : []));
      git(root, 'add', 'tracked.ts');
      git(root, 'update-index', '--add', '--cacheinfo', `100644,${'e'.repeat(64)},.gitignore`);
      git(root, 'update-index', '--skip-worktree', '.gitignore');
      configure(root, {
        'core.fsmonitor': program,
        'extensions.partialClone': 'origin',
        'remote.origin.promisor': 'true',
        'remote.origin.url': `ext::${program} %S`,
        'protocol.ext.allow': 'always',
      });
    },
  },
  'a remote with a helper of its own': {
    make: (root, program) =>
      lacksIgnoreFile(root, {
        'remote.origin.url': `none::${program}`,
        'remote.origin.vcs': 'none',
        'protocol.none.allow': 'always',
        'fetch.bundleURI': `file://${program}`,
      }),
  },
  'aliases, pagers and helpers': {
    make: (root, program) =>
      repository(root, {
        'alias.ls-files': `!${program}`,
        'alias.check-ignore': `!${program}`,
        'core.pager': program,
        'pager.ls-files': program,
        'pager.log': program,
        'core.editor': program,
        'core.askPass': program,
        'credential.helper': `!${program}`,
        'gpg.program': program,
        'log.showSignature': 'true',
        'core.alternateRefsCommand': program,
      }),
  },
  'settings that are included': {
    make(root, program) {
      repository(root, { 'include.path': '../evil.config' });
      write(root, 'evil.config', `[core]\n\tfsmonitor = "${program}"\n\thooksPath = hooks\n\tpager = "${program}"\n`);
    },
  },
  'a nested submodule': {
    make(root, program) {
      repository(root);
      const inner = join(root, 'outer/inner');
      repository(join(root, 'outer'));
      repository(inner, { 'core.fsmonitor': program });
      lacksIgnoreFile(join(root, 'outer/promised'), {
        'remote.origin.url': `ext::${program} %S`,
        'protocol.ext.allow': 'always',
      });
      git(join(root, 'outer'), 'update-index', '--add', '--cacheinfo', `160000,${empty},inner`);
      git(root, 'update-index', '--add', '--cacheinfo', `160000,${empty},outer`);
    },
  },
  'a bare repository in a subfolder': {
    open: 'docs',
    withoutGit: true,
    make(root, program) {
      repository(root);
      const bare = join(root, 'docs');
      write(bare, 'notes.md', '# Notes\n\nWhat a reader would open.\n');
      git(bare, 'init', '-q', '--bare', '.');
      configure(bare, { 'core.bare': 'false', 'core.worktree': bare, 'core.fsmonitor': program });
    },
  },
  'a gitfile that points out of the folder': {
    open: 'project',
    withoutGit: true,
    make(root, program) {
      const outside = join(root, 'elsewhere');
      lacksIgnoreFile(outside, { 'remote.origin.url': `ext::${program} %S`, 'protocol.ext.allow': 'always' });
      configure(outside, { 'core.fsmonitor': program, 'core.worktree': join(root, 'project') });
      write(root, 'project/a.ts', 'export const a = "in the folder that is opened";\n');
      write(root, 'project/.git', 'gitdir: ../elsewhere/.git\n');
    },
  },
  'a git of its own': {
    make(root, program) {
      repository(root);
      for (const name of ['git', 'git.exe', 'node_modules/.bin/git', 'node_modules/.bin/git-ls-files'])
        write(root, name, `#!/bin/sh\nexec '${program}'\n`, 0o755);
    },
  },
};

/** Writes a program that creates the file `marker`, whatever its arguments are. */
export function writeMarkerProgram(program: string, marker: string): void {
  write(dirname(program), program.slice(dirname(program).length + 1), `#!/bin/sh\necho ran >> '${marker}'\n`, 0o755);
}
