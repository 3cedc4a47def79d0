// Whether a cursor is in code, a comment or a string, in many languages.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { queryOf } from '../../src/prompts/completion/completion-position.ts';
import { languageOf } from '../../src/text/languages.ts';
import { stateAfter, textStateAt } from '../../src/text/text-state.ts';

/** What is at a mark in a text. There, € stands for the dollar sign, which the linter takes for a template's. */
const states = { '¢': 'comment', '§': 'string', '·': 'code' } as const;

const texts: readonly [languageId: string, marked: string][] = [
  ['typescript', "·// it's ¢\n·const a = '//§'; ·/* one\n'two' ¢\n * three¢ */· b"],
  ['typescript', 'const a = `x €{·f(`y§€{·{ a: 1 }·}§`)·}§ z\n§`;·'],
  ['typescript', "a = /['\"`]/·; b = 1 / 2; '§'; const c = x.match(/[/*]\\/*/) ·"],
  ['typescript', "const url = 'https://a.b/§c'; · // https://¢"],
  ['typescript', "const open = 'not closed§\nconst b = ·1"],
  ['typescript', "const s = 'it\\'s§'·; const t = \"\\\\\"·"],
  ['javascript', 'const a = b / c; /* ¢ */ const d = e / f;· "§"'],
  ['javascriptreact', 'return <p className="a§">it\'s· here, http://a.b· {/* ¢ */}·</p>;'],
  ['typescriptreact', 'return <b>{`§€{·x}§`}·</b>; // ¢'],
  ['vue', '<template><!-- it\'s ¢ --><p class="§" :key="·">it\'s·</p></template>\n<script>\n// ¢\nconst a = "§"·'],
  ['svelte', '<p title="a {·b} §">·</p><style>/* ¢ */ a { b: url(http://c)·; }'],
  ['html', '<p>don\'t <!-- a\n¢ --> · <a href="§">·<script>let a = `§`; // ¢\n</script>· it\'s·'],
  ['css', 'a { /* ¢ */ content: "§"; background: url(http://a.b/c); · }'],
  ['scss', '// ¢\na { content: "#{·$b}§"; }·'],
  ['python', '"""Module.\n\nIt\'s ¢\n"""\n·\ndef f():\n    r"""Of f ¢"""\n    return """a\n§"""·'],
  ['python', 'x = "#§"  # "¢\ny = \'a\' ·\nz = r"\\§"'],
  ['python', 'f(\n    """a§""",\n    "b§"\n    "c§",·\n)\n"d¢"'],
  ['python', 'f\'{·a["§"]·}§ {{§}} {·b:>{·w}}§\'·'],
  ['python', 'a = \\\n    "b§"'],
  ['python', '# C:\\¢\\\na = · "b\\\n§"'],
  ['rust', "fn f<'a>(x: &'a str) ·{ let c = '\"'; let d = '\\''; ·/* a /* b */ ¢ */ let e = r#\"a\"§\"#;· }"],
  ['rust', 'let a = "one\n§two\\"§";· // it\'s ¢\n//! ¢\n'],
  ['go', 'a := `x\\`· + "§" // ¢\nb := \'"\'· /* ¢ */'],
  ['c', "int a = 1'000'000; char b = '\"';· char c = '\\''; /* ¢ */ #include \"a§\"\n// ¢\n·"],
  ['cpp', 'auto a = R"x(")"§)x"; ·auto b = L\'"\';· // ¢'],
  ['csharp', 'var a = @"c:\\"; ·var b = $"{·x}§ {{§"; var c = """a "§" b"""; // ¢\nchar d = \'"\';·'],
  ['java', 'String a = """\n  "b" §\n  """;· char c = \'"\';· /** ¢ */'],
  ['kotlin', 'val a = "x €{·f("§")} §$y§"· /* /* */ ¢ */ val b = """a"b§"""·'],
  ['scala', 'val a = s"x €{·y}§" + "§" // ¢\nval b = \'c\'· + """a\\"""·'],
  ['groovy', "def a = \"€{·b}§\" + '€{§' + '''it's§''' + (~/['\"]/)· // ¢"],
  ['swift', 'let a = "x \\(·f("§")·) §" /* /* */ ¢ */ + #"a"b§"#· + """\n"§\n"""·'],
  ['dart', "var a = 'x €{·b['§']}§' + r'\\'· + '''it's§'''; // ¢"],
  ['d', 'auto a = `x\\`·; /+ /+ +/ ¢ +/ auto b = r"\\"·; // ¢'],
  [
    'php',
    "it's· <?php $a = 'b§'; // it's ¢\n# ¢\n#[A(·)]\n$b = <<<EOT\nit's {$·c}§\nEOT;\n$d = \"§\" ?> don't · <?= /* ¢",
  ],
  [
    'ruby',
    '=begin\nit\'s ¢\n=end\n·a = "b#{·c("§")}§" # ¢\nd = <<~SQL\n  it\'s §\nSQL\n·e = %w[it\'s §]·; f =~ /[\'"]/· # ¢',
  ],
  ['perl', 'my $a = $#b;· # ¢\nmy $c = q{it\'s {§} §};· $d =~ /[\'"]/;·\n=head1 A\n\nit\'s ¢\n\n=cut\nmy $e = "§";·'],
  ['shellscript', "echo €{#a} $# \\\" ·\"b $(·c \"§\")§\" 'd\\'· # it's ¢\ncat <<'EOF'\nit's # §\nEOF\n· a#b·"],
  ['powershell', '<# it\'s ¢ #> $a = "b`"§"· # ¢\n$c = @"\n it\'s "§\n"@\n·$d = \'a`\'·'],
  ['lua', "--[==[ ]] ¢ ]==] ·a = [[ ' § ]]· -- it's ¢\nb = '§'·"],
  ['sql', "select '--§', 'it''s§' ·-- it's ¢\n/* ¢ */ ·from \"a§\""],
  ['haskell', "f' x = '\"' ·-- it's ¢\n{- a {- b -} ¢ -} g = \"--§\" a --> b·"],
  ['elm', '{- ¢ -}a = """b" §""" ++ "§" -- ¢'],
  ['ocaml', '(* a (* b *) ¢ *) let f\' = "(*§" ·and c = \'"\'· and d = {| " § |}·'],
  ['fsharp', '(* ¢ *) let f\' = "§" ·// it\'s ¢\nlet g = @"\\"· + $"{·a}§" (*) ·'],
  ['clojure', '(def a \\" ·) ; it\'s ¢\n(def b \'c "d\n§")·'],
  ['lisp', '#| a #| b |# ¢ |# (list \'a ·#\\" · "b§") ; ¢'],
  ['elixir', '@moduledoc """\nIt\'s ¢\n"""\na = ?" ·<> "b#{·c}§" # ¢\nd = ~r/["\']§/·'],
  ['erlang', 'f() -> \'it"s\', $" ·, "§". % it\'s ¢'],
  ['julia', '"""\nIt\'s ¢\n"""\nf(x) = x\' * "§$(·y)§" #= a #= b =# ¢ =# · # ¢'],
  ['r', 'a <- \'b\n§\' · # it\'s ¢\nc <- r"("§)"·'],
  ['nim', '##[ a #[ b ]# ¢ ]## let a = \'"\' ·& """b" §""" # ¢'],
  ['nix', "a = ''it's €{·b} §''; · # it's ¢\n/* ¢ */ c = \"§\";·"],
  ['terraform', 'a = "x €{·b["§"]} §" # ¢\n// ¢\nc = <<-EOT\n  it\'s §\n  EOT\n· /* ¢ */'],
  ['graphql', '"""\nIt\'s ¢\n"""\ntype A { b(c: String = "§"): Int } # ¢'],
  ['toml', 'a = "·#"· # ¢\nb = """\n#·\n"""· # ¢'],
  ['yaml', 'a: it\'s · # ¢\nb: "# ·" ·# ¢\nc: http://a#b·'],
  ['json', '{ "a": "http://·", "b": ·'],
  ['jsonc', '{ "a": "http://·" // ¢\n, /* ¢ */ "b": ·'],
  ['ini', "a = it's· ; ¢\n# ¢"],
  ['makefile', 'a = b\\#c· # ¢\n\techo "§"·'],
  ['dockerfile', 'RUN echo "#§" · \n# it\'s ¢'],
  ['bat', 'REM it\'s ¢\n:: ¢\necho "§" ·'],
  ['viml', '" it\'s ¢\nlet a = "§" ·. \'b§\'·'],
  ['vb', 'a = "\'§" \' it"s ¢'],
  ['matlab', "%{\nit's ¢\n%}\na = b' · + 'c%§'; % ¢"],
  ['pascal', "{ it's ¢ } (* ¢ *) a := '{§'; · // ¢"],
  ['fortran', "a = '!§' · ! it's ¢"],
  ['prolog', "a(0'\", 'b§') ·:- c. % it's ¢"],
  ['vhdl', "a <= '\"'; · -- it's ¢"],
  ['zig', 'const a =\n    \\\\ it\'s "§\n; · // ¢'],
  ['coffeescript', '###\nit\'s ¢\n###\na = "b#{·c}§" · # ¢'],
  ['cmake', '#[[ a\n ¢ ]] set(A "#§") · # it\'s ¢'],
  ['jinja', '{# it\'s ¢ #} <a href="{{ ·url }}§">it\'s·</a>'],
  ['handlebars', "{{!-- it's }} ¢ --}} {{! ¢ }} it's·"],
  ['xml', '<!-- it\'s ¢ --><a b="§">don\'t·</a>'],
  ['latex', "It's 100\\% · sure % ¢"],
  ['markdown', '# It\'s · <!-- · // · "·'],
  ['plaintext', 'It\'s · # · // · "·'],
  ['unknown-language', '/* it\'s ¢ */ a // ¢\n"§" ·'],
];

for (const [languageId, marked] of texts)
  test(`${languageId}: ${JSON.stringify(marked)}`, () => {
    for (const { index, 0: mark } of marked.matchAll(/[¢§·]/g)) {
      const text = marked.slice(0, index).replace(/[¢§·]/g, '').replaceAll('€', '$');
      const query = { path: `a.${languageId}`, languageId, prefix: text };
      assert.equal(textStateAt(query), states[mark as '¢'], `after ${JSON.stringify(text.slice(-30))}`);
    }
  });

const table = readFileSync(new URL('../../src/text/languages.ts', import.meta.url), 'utf8');
const languageIds = [...table.matchAll(/^ {2}\['([^']+)', /gm)].map(([, id]) => id as string);

test('each language of the table knows its line comments, and any pieces have a state', () => {
  assert.ok(languageIds.length > 100);
  const pieces = '" \' ` """ /* <<EOF << #{ {- (* \\ / %w( =begin ?> % }'.split(' ').concat('$' + '{');
  for (const languageId of languageIds) {
    for (const mark of languageOf(languageId).lineComments)
      assert.equal(stateAfter(languageId, `${mark} it's `), 'comment', `${languageId}: ${mark}`);
    for (const first of pieces)
      for (const second of pieces)
        assert.match(stateAfter(languageId, `${first}\n a${second}${first}b\n`), /^(code|comment|string)$/);
  }
});

test('a fence is code of its language; the prose around it is neither comment nor string', () => {
  const stateOf = (text: string) => textStateAt(queryOf(text, text.length, 'README.md', 'markdown'));
  assert.equal(stateOf("It's # a"), 'code');
  assert.equal(stateOf("It's\n```python\n# it's "), 'comment');
  assert.equal(stateOf("It's\n```python\nx = 'a"), 'string');
  assert.equal(stateOf("It's\n```python\nx = "), 'code');
  assert.equal(stateOf('```python\nx = """a\n```\n# Then '), 'code');
});

test('in a document that is longer than a query, the state begins at certain code', () => {
  const method = 'def f():\n    """Of f.\n\n    It\'s long.\n    """\n    return 1\n\n';
  const stateOf = (text: string) => textStateAt(queryOf(text, text.length, 'a.py', 'python'));
  // So the query begins at each place of the method once.
  for (let more = 0; more < method.length; more++) {
    const text = `${'x'.repeat(more)} = 1\n${method.repeat(1_500)}`;
    assert.equal(stateOf(`${text}def g():\n    """Of `), 'comment');
    assert.equal(stateOf(`${text}def g():\n    return `), 'code');
  }
});
