// Writes test/golden/prompt.json: places with the tokens of their prompts, as the product asks them. test/golden/ holds serving and measuring to it,
// and models/pretrain/prompt.py what pretraining writes.
//
//   node build/run.mjs build/golden-prompt.ts     after a change of the tokenizer or of the form
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unwrap } from '../src/common/errors.ts';
import { PromptForm } from '../src/prompts/completion/prompt-form.ts';
import { loadTokenizer } from '../src/text/tokenizer/load.ts';
import { root } from './paths.ts';

interface GoldenPosition {
  readonly path: string;
  readonly prefix: string;
  readonly suffix: string;
  readonly snippets: readonly { readonly path: string; readonly text: string }[];
}

/** Cursors that need no healing. Snippets: both fit; one is too long, and the next does not fit any more; none; a name and a suffix that are cut. */
const positions: readonly GoldenPosition[] = [
  {
    path: 'src/storage/orders.ts',
    prefix:
      "import { Order } from './order.ts';\n\nexport function total(orders: readonly Order[]): number {\n  let sum = 0;\n  for (const order of orders)",
    suffix: '\n  return sum;\n}\n',
    snippets: [
      { path: 'src/storage/order.ts', text: 'export interface Order {\n  readonly price: number;\n}\n' },
      { path: 'test/orders.test.ts', text: 'const sum = total(orders);\n' },
    ],
  },
  {
    path: 'app/views/käse.py',
    prefix: 'def list_items(request):\n    items = Item.objects.filter(',
    suffix: ')\n    return render(request, "items.html", {"items": items})\n',
    snippets: [
      { path: 'app/models.py', text: 'class Item(models.Model):\n    name = models.CharField(max_length=80)\n' },
      { path: 'app/urls.py', text: 'path("items/", list_items),\n' },
    ],
  },
  {
    path: 'cmd/server/main.go',
    prefix: 'package main\n\nfunc main() {\n\tserver := New()\n\tif err := server.Run()',
    suffix: '',
    snippets: [
      { path: 'server.go', text: '// Run serves until it fails.\n'.repeat(24) },
      { path: 'other.go', text: 'package server\n' },
    ],
  },
  {
    path: `${'packages/deeply/nested/'.repeat(8)}index.md`,
    prefix: '# Notes\n\nWhat is said here is said,',
    suffix: ` twice.   \n\n${'Once more, in other words, and at some length.\n'.repeat(12)}`,
    snippets: [],
  },
];

const tokenizer = unwrap(loadTokenizer(JSON.parse(readFileSync(join(root, 'models/small/tokenizer.json'), 'utf8'))));
const form = new PromptForm(tokenizer);
const rows = positions.map((position) => {
  const snippets = position.snippets.map((snippet) => ({ ...snippet, line: 0 }));
  return JSON.stringify({ ...position, ids: form.prompt(position, snippets) });
});
writeFileSync(join(root, 'test/golden/prompt.json'), `[\n${rows.join(',\n')}\n]\n`);
