// What package.json promises to VS Code is there: commands, pictures, context keys.
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { contributedSettings } from '../../build/contributed-settings.ts';

const at = (path: string) => new URL(`../../${path}`, import.meta.url);
const read = (path: string) => readFileSync(at(path), 'utf8');
const manifest = JSON.parse(read('package.json'));
const { contributes } = manifest;
const words = JSON.parse(read('package.nls.json'));

/** The rows of every surface's commands. */
const surfaces = globSync('src/vscode/*/{surface,export}.ts', { cwd: at('') }).map(read);
const registered = new Set(
  surfaces
    .map((text) => text.split('\n    commands: {\n')[1]?.split('\n    },\n')[0] ?? '')
    .flatMap((rows) => [...rows.matchAll(/^ {6}(\w+): (?:async )?\(/gm)].map(([, name]) => `easyAdaptation.${name}`)),
);

test('every command of package.json is registered', () => {
  for (const { command } of contributes.commands) assert.ok(registered.has(command), command);
});

/** A folder in a git repository, with an editor in front: no key, no text task, no adaptation, nothing offered. */
const bareFolder: Readonly<Record<string, string | number | boolean>> = {
  workspaceFolderCount: 1,
  gitOpenRepositoryCount: 1,
  isWorkspaceTrusted: true,
  editorIsOpen: true,
  editorTextFocus: true,
};

/** Whether a clause of `a && !b && c > 0 && d == e` holds. */
function holds(clause: string, context: typeof bareFolder): boolean {
  const [, negation, key = '', operator, value = ''] = /^(!?)([\w.]+)(?: (>|==) (\w+))?$/.exec(clause) ?? [];
  assert.ok(key !== '', `not a clause of this test: ${clause}`);
  if (operator === '>') return Number(context[key] ?? 0) > Number(value);
  if (operator === '==') return context[key] === value;
  return Boolean(context[key]) !== (negation === '!');
}

function inPalette(context: typeof bareFolder): string[] {
  const clauses = new Map<string, string>(
    contributes.menus.commandPalette.map(({ command, when }: { command: string; when: string }) => [command, when]),
  );
  return contributes.commands
    .map(({ command }: { command: string }) => command)
    .filter((command: string) =>
      (clauses.get(command) ?? '').split(' && ').every((part) => !part || holds(part, context)),
    )
    .map((command: string) => command.replace('easyAdaptation.', ''));
}

test('at most 25 commands are contributed, and the palette of a bare folder shows at most 16 of them', () => {
  const commands = contributes.commands.map(({ command }: { command: string }) => command);
  assert.ok(commands.length <= 25, `${commands.length} commands`);
  const shown = inPalette(bareFolder);
  assert.ok(shown.length <= 16, shown.join(' '));
  assert.ok(shown.includes('adapt') && shown.includes('chooseModel') && shown.includes('showMenu'));
});

test('the palette shows the other commands where they apply', () => {
  const adding = (keys: string[]) => {
    const context = { ...bareFolder, ...Object.fromEntries(keys.map((key) => [`easyAdaptation.${key}`, true])) };
    const before = inPalette(bareFolder);
    return inPalette(context).filter((command) => !before.includes(command));
  };
  assert.deepEqual(adding(['hasTask']), ['runTextTask', 'showLabels']);
  assert.deepEqual(adding(['hasKey', 'needsConsent']), ['clearApiKey', 'allowApi']);
  assert.deepEqual(adding(['maySend']), ['revokeConsent']);
  assert.deepEqual(adding(['adapting']), ['cancelAdapt']);
  assert.deepEqual(adding(['adapted']), ['exportAdaptation']);
  assert.deepEqual(adding(['editOffered']), ['goToNextEdit', 'applyNextEdit', 'applyAllEdits', 'dismissNextEdit']);
});

test('a menu shows only contributed commands, which VS Code requires', () => {
  const commands = new Set(contributes.commands.map(({ command }: { command: string }) => command));
  const used = Object.values(contributes.menus as Record<string, { command: string }[]>).flat();
  for (const { command } of used) assert.ok(commands.has(command), command);
});

test('every command that a menu, a key, the walkthrough or the panel runs exists', () => {
  const used = [
    ...Object.values(contributes.menus as Record<string, { command: string }[]>).flat(),
    ...contributes.keybindings,
  ].map(({ command }) => command as string);
  const linked = [...JSON.stringify(words).matchAll(/\(command:([\w.]+)\)/g)].map((match) => match[1] as string);
  for (const command of [...used, ...linked].filter((id) => id.startsWith('easyAdaptation.'))) {
    assert.ok(registered.has(command), command);
  }
});

const keys: readonly { readonly key: string; readonly when: string }[] = contributes.keybindings;

test('binds keys only for suggestions and for the next edit', () => {
  assert.deepEqual(
    keys.map(({ key }) => key),
    [
      ...['alt+\\', 'ctrl+right', 'alt+end', 'ctrl+alt+enter'],
      ...['tab', 'tab', 'alt+enter', 'alt+enter', 'alt+shift+enter', 'escape'],
    ],
  );
});

const ofEditor = [
  ...['editorTextFocus', '!suggestWidgetVisible', '!inlineEditIsVisible', '!inSnippetMode', '!renameInputVisible'],
  ...['!editorHasSelection', '!editorReadonly'],
];
const outsideVim = ["vim.mode != 'Normal'", "neovim.mode != 'normal'"];
for (const { key, when } of keys.filter(({ key }) => key === 'tab' || key === 'escape'))
  test(`${key} stays the editor’s own in a list, a snippet or a selection, and Tab Vim’s: ${when.slice(0, 40)}`, () => {
    assert.match(when, /^easyAdaptation\.nextEdit/);
    const clauses = when.split(' && ');
    for (const clause of [...ofEditor, ...(key === 'tab' ? outsideVim : [])])
      assert.ok(clauses.includes(clause), clause);
  });

test('Tab belongs to an edit that the hint names, and waits for the next one, whatever ghost text is there', () => {
  const [goTo = '', apply = ''] = keys.filter(({ key }) => key === 'tab').map(({ when }) => when);
  assert.match(goTo, /^easyAdaptation\.nextEdit =~ \/\^\(jump\|wait\)\$\/ /);
  assert.match(apply, /^easyAdaptation\.nextEdit == apply /);
  assert.ok(![goTo, apply].some((when) => when.includes('inlineSuggestionVisible')));
});

test('each value of a setting says what it does', () => {
  const listed = Object.values(contributedSettings).filter((setting) => setting.enum !== undefined);
  assert.ok(listed.length >= 2);
  for (const { enum: values = [], enumDescriptions = [] } of listed) {
    assert.equal(enumDescriptions.length, values.length);
    for (const id of enumDescriptions) assert.match(words[id.replaceAll('%', '')] ?? '', /\.$/, id);
  }
});

test('the walkthrough names the key of Trigger Completion as it is typed', () => {
  const { key } = contributes.keybindings.find(
    ({ command }: { command: string }) => command === 'easyAdaptation.trigger',
  );
  const named = /\bAlt\+\S+(?= shows)/.exec(words['walkthrough.try.description'])?.[0];
  assert.equal(named?.toLowerCase(), key);
});

test('every context key in a when clause is set somewhere in the host', () => {
  const host = ['src/vscode/panel/context-keys.ts', 'src/vscode/edits/surface.ts', 'src/extension.ts'].map(read);
  const clauses = JSON.stringify(contributes);
  const keys = [...clauses.matchAll(/(?:"when":"[^"]*?|&& |!|onContext:)easyAdaptation\.(\w+)/g)].map((m) => m[1]);
  const own = new Set(keys.filter((key) => key !== 'panel'));
  assert.ok(own.size >= 5);
  for (const key of own) assert.ok(host.join('').includes(`set('${key}'`), key);
});

test('pictures are there; the icon is a PNG of at least 128 pixels', () => {
  const pictures = [
    manifest.icon,
    ...contributes.viewsContainers.activitybar.map(({ icon }: { icon: string }) => icon),
    ...contributes.walkthroughs[0].steps.flatMap(({ media }: { media: { image: Record<string, string> } }) =>
      ['dark', 'light', 'hc', 'hcLight'].map((theme) => media.image[theme] ?? `no picture for ${theme}`),
    ),
  ];
  for (const picture of pictures) assert.ok(existsSync(at(picture)), picture);
  const png = readFileSync(at(manifest.icon));
  assert.equal(png.toString('latin1', 1, 4), 'PNG');
  assert.ok(png.readUInt32BE(16) >= 128 && png.readUInt32BE(20) >= 128);
});

test('at most ten keywords, no activation on everything, local on the machine where the code is', () => {
  assert.ok(manifest.keywords.length <= 10);
  assert.deepEqual(manifest.activationEvents, ['onStartupFinished']);
  assert.deepEqual(manifest.extensionKind, ['workspace']);
  assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
});
