// A key that a server repeats in any form is redacted in messages and answers.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { listModels } from '../../src/llm/connect.ts';
import { withoutKey } from '../../src/llm/protocol/key-forms.ts';
import { HostileMessages, refuses, says } from '../fakes/hostile-messages.ts';
import { keyForms } from '../fakes/key-forms.ts';
import { ask, asked, key } from './asking.ts';
import { never } from './requests.ts';

let api: HostileMessages;
before(async () => {
  api = await HostileMessages.begin();
});
after(() => api.close());

for (const [name, write] of Object.entries(keyForms)) {
  test(`redacts the key in messages and answers: ${name}`, async () => {
    const written = write(key);
    for (const provider of asked.filter(({ id }) => ['anthropic', 'vllm'].includes(id))) {
      api.as(refuses(400, `no such key: ${written} (denied)`));
      const refused = await ask(provider, api.url);
      assert.ok(!refused.ok);
      assert.ok(!refused.error.message.includes(written), refused.error.message);
      assert.match(refused.error.message, /no such key: .*\[key\].* ?\(denied\)/);
      api.as(says(`<insert>const a = "${written}"; // and more</insert>`, `model-${written}`));
      const answer = await ask(provider, api.url);
      assert.ok(answer.ok, JSON.stringify(answer));
      assert.ok(!answer.value.text.includes(written), answer.value.text);
      assert.match(answer.value.text, /const a = ".*\[key\].*"; \/\/ and more/);
      assert.ok(!answer.value.model.includes(written), answer.value.model);
      api.as((response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ object: 'list', data: [{ id: 'one' }, { id: written }], has_more: false }));
      });
      const settings = { provider: provider.id, apiKey: key, baseUrl: api.url, model: '', timeoutMs: 5_000 };
      const listed = await listModels(settings, never);
      assert.ok(listed.ok && listed.value.includes('one') && !listed.value.includes(written), JSON.stringify(listed));
    }
  });
}

test('leaves text that is not the key', () => {
  const text = 'const total = items.reduce((sum, item) => sum + item.price, 0); // EMPTY lm-studio';
  for (const placeholder of ['EMPTY', 'lm-studio', 'sk-no-key-needed', 'test'])
    assert.equal(withoutKey(text, placeholder, 'answer'), text);
  assert.equal(withoutKey(text, key, 'answer'), text);
  assert.equal(withoutKey(text, '', 'message'), text);
});

test('redacts a long answer in linear time', () => {
  const text = 'sk-test-0123456789abcde 736b2d c2stdGVzdC0 %73%6b '.repeat(20_000);
  assert.equal(withoutKey(text, key, 'answer'), text);
});
