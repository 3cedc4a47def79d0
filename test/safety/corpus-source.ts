// Secrets in source code: how people write a literal under a name, language by language.
import { among } from './corpus-filler.ts';
import type { Carrier, Entry } from './corpus-types.ts';
import { camel, dotted, kebab, noun, pascal, screaming, snake } from './corpus-words.ts';

interface Spelled {
  readonly v: string;
  readonly camel: string;
  readonly snake: string;
  readonly big: string;
  readonly pascal: string;
  readonly kebab: string;
  readonly dotted: string;
  /** Something beside it. */
  readonly other: string;
}

export function spelled({ credential, label }: Entry, other: string, v = credential.text): Spelled {
  return {
    v,
    camel: camel(label),
    snake: snake(label),
    big: screaming(label),
    pascal: pascal(label),
    kebab: kebab(label),
    dotted: dotted(label),
    other,
  };
}

type Style = (s: Spelled) => string;

interface Language {
  readonly name: string;
  readonly extension: string;
  readonly folder: string;
  readonly filler: string;
  readonly styles: readonly Style[];
}

const scripts: readonly Style[] = [
  (s) => `const ${s.camel} = '${s.v}';`,
  (s) => `export const ${s.big} = "${s.v}";`,
  (s) => `const ${s.other}Options = {\n  ${s.camel}: '${s.v}',\n  retries: 3,\n};`,
  (s) => `client.configure({ region: 'eu-1', ${s.camel}: "${s.v}", timeout: 30 });`,
  (s) => `const ${s.camel} = process.env.${s.big} ?? '${s.v}';`,
  (s) => `const ${s.other}Value = process.env.${s.big} || "${s.v}";`,
  (s) => `process.env['${s.big}'] = '${s.v}';`,
  (s) => `config.set('${s.dotted}', '${s.v}');`,
  (s) => `const ${s.camel} = \`${s.v}\`;`,
  (s) => `let ${s.snake}\n  = "${s.v}";`,
  (s) => `module.${s.other} = { "${s.kebab}": "${s.v}" };`,
  (s) => `if (given.${s.camel} === '${s.v}') allow();`,
];

const languages: readonly Language[] = [
  {
    name: 'source typescript',
    extension: 'ts',
    folder: 'src',
    filler: 'ts',
    styles: [
      ...scripts,
      (s) => `const ${s.camel}: string = '${s.v}';`,
      (s) => `export class ${s.pascal}Holder {\n  private readonly ${s.camel} = '${s.v}';\n}`,
      (s) => `export function open${s.pascal}(${s.camel} = '${s.v}'): void {}`,
      (s) => `const ${s.other}Map = new Map([['${s.snake}', '${s.v}']]);`,
    ],
  },
  { name: 'source javascript', extension: 'js', folder: 'lib', filler: 'js', styles: scripts },
  {
    name: 'source python',
    extension: 'py',
    folder: 'app',
    filler: 'py',
    styles: [
      (s) => `${s.big} = '${s.v}'`,
      (s) => `${s.snake} = "${s.v}"`,
      (s) => `class ${s.pascal}Settings:\n    def __init__(self):\n        self.${s.snake} = "${s.v}"`,
      (s) => `${s.other} = Client(${s.snake}='${s.v}', timeout=30)`,
      (s) => `os.environ['${s.big}'] = '${s.v}'`,
      (s) => `${s.snake} = os.getenv('${s.big}', '${s.v}')`,
      (s) => `${s.other}_config = {'host': 'localhost', '${s.snake}': '${s.v}'}`,
      (s) => `def open_${s.other}(host, ${s.snake}="${s.v}"):\n    return host`,
      (s) => `${s.snake}: str = "${s.v}"`,
      (s) => `parser.add_argument('--${s.kebab}', default='${s.v}', help='for the ${s.other}')`,
      (s) => `${s.snake} = """${s.v}"""`,
      (s) => `settings.configure(${s.big}="${s.v}")`,
      (s) => `${s.snake} = b'${s.v}'`,
    ],
  },
  {
    name: 'source go',
    extension: 'go',
    folder: 'internal',
    filler: 'go',
    styles: [
      (s) => `const ${s.camel} = "${s.v}"`,
      (s) => `var ${s.pascal} string = "${s.v}"`,
      (s) => `var ${s.other}Config = Config{\n\tHost: "localhost",\n\t${s.pascal}: "${s.v}",\n}`,
      (s) => `func init() {\n\tos.Setenv("${s.big}", "${s.v}")\n}`,
      (s) => `var ${s.other}Flag = flag.String("${s.kebab}", "${s.v}", "for the ${s.other}")`,
      (s) => `func ${s.other}Open() {\n\t${s.camel} := \`${s.v}\`\n\topen(${s.camel})\n}`,
      (s) => `var ${s.other}Values = map[string]string{"${s.snake}": "${s.v}"}`,
    ],
  },
  {
    name: 'source java',
    extension: 'java',
    folder: 'src/main/java',
    filler: 'java',
    styles: [
      (s) => `  private static final String ${s.big} = "${s.v}";`,
      (s) => `  void ${s.other}Setup() {\n    props.setProperty("${s.dotted}", "${s.v}");\n  }`,
      (s) => `  void ${s.other}Setup() {\n    dataSource.set${s.pascal}("${s.v}");\n  }`,
      (s) => `  @Value("\${${s.dotted}:${s.v}}")\n  private String ${s.other};`,
      (s) => `  String ${s.camel} = "${s.v}";`,
      (s) => `  Client ${s.other} = Client.builder().host("h").${s.camel}("${s.v}").build();`,
      (s) => `  { settings.put("${s.snake}", "${s.v}"); }`,
      (s) => `  @Named(${s.camel} = "${s.v}")`,
    ],
  },
  {
    name: 'source csharp',
    extension: 'cs',
    folder: 'Services',
    filler: 'cs',
    styles: [
      (s) => `    private const string ${s.pascal} = "${s.v}";`,
      (s) => `    public string ${s.pascal} { get; set; } = "${s.v}";`,
      (s) => `    Options ${s.other} = new() { ${s.pascal} = "${s.v}", Retries = 3 };`,
      (s) => `    void Setup${s.pascal}() => options.${s.pascal} = @"${s.v}";`,
      (s) => `    string _${s.camel} = Environment.GetEnvironmentVariable("${s.big}") ?? "${s.v}";`,
      (s) => `    void Use() { configuration["${s.pascal.replace(/(?!^)([A-Z])/, ':$1')}"] = "${s.v}"; }`,
    ],
  },
  {
    name: 'source ruby',
    extension: 'rb',
    folder: 'config',
    filler: 'rb',
    styles: [
      (s) => `${s.big} = '${s.v}'`,
      (s) => `config.${s.snake} = "${s.v}"`,
      (s) => `${s.other.toUpperCase()}_OPTIONS = { host: 'localhost', ${s.snake}: '${s.v}' }`,
      (s) => `${s.other}_defaults = { :${s.snake} => "${s.v}" }`,
      (s) => `ENV['${s.big}'] ||= '${s.v}'`,
      (s) => `${s.snake} = ENV.fetch('${s.big}', '${s.v}')`,
    ],
  },
  {
    name: 'source php',
    extension: 'php',
    folder: 'public',
    filler: 'php',
    styles: [
      (s) => `$${s.snake} = '${s.v}';`,
      (s) => `define('${s.big}', '${s.v}');`,
      (s) => `$${s.other} = ['host' => 'localhost', '${s.snake}' => '${s.v}'];`,
      (s) => `const ${s.big} = '${s.v}';`,
      (s) => `$this->${s.camel} = '${s.v}';`,
      (s) => `$${s.other} = env('${s.big}', '${s.v}');`,
      (s) => `putenv('${s.big}=${s.v}');`,
      (s) => `$config['${s.snake}'] = '${s.v}';`,
    ],
  },
  {
    name: 'source rust',
    extension: 'rs',
    folder: 'crates/core/src',
    filler: 'rs',
    styles: [
      (s) => `const ${s.big}: &str = "${s.v}";`,
      (s) => `fn ${s.other}_config() -> Config {\n    Config { ${s.snake}: "${s.v}".to_string(), retries: 3 }\n}`,
      (s) => `fn ${s.other}_open() {\n    let ${s.snake} = String::from("${s.v}");\n    open(&${s.snake});\n}`,
      (s) => `fn ${s.other}_env() {\n    std::env::set_var("${s.big}", "${s.v}");\n}`,
      (s) => `fn ${s.other}_or() -> String {\n    std::env::var("${s.big}").unwrap_or_else(|_| "${s.v}".into())\n}`,
      (s) => `static ${s.big}: &[u8] = b"${s.v}";`,
    ],
  },
  {
    name: 'source kotlin and swift',
    extension: 'kt',
    folder: 'app/src/main',
    filler: 'kt',
    styles: [
      (s) => `const val ${s.big} = "${s.v}"`,
      (s) => `private val ${s.camel} = "${s.v}"`,
      (s) => `val ${s.other} = Session(host = "localhost", ${s.camel} = "${s.v}")`,
      (s) => `buildConfigField("String", "${s.big}", "\\"${s.v}\\"")`,
      (s) => `let ${s.camel}: String = "${s.v}"`,
      (s) => `static let ${s.camel} = "${s.v}"`,
    ],
  },
  {
    name: 'source c and c++',
    extension: 'c',
    folder: 'firmware',
    filler: 'c',
    styles: [
      (s) => `#define ${s.big} "${s.v}"`,
      (s) => `static const char *${s.snake} = "${s.v}";`,
      (s) => `const char ${s.snake}[] = "${s.v}";`,
      (s) => `constexpr auto k${s.pascal} = "${s.v}";`,
      (s) => `std::string ${s.snake}{"${s.v}"};`,
      (s) => `NSString *const k${s.pascal} = @"${s.v}";`,
    ],
  },
  {
    name: 'source powershell',
    extension: 'ps1',
    folder: 'scripts',
    filler: 'ps1',
    styles: [
      (s) => `$${s.pascal} = '${s.v}'`,
      (s) => `$env:${s.big} = '${s.v}'`,
      (s) => `Connect-${s.other} -Server localhost -${s.pascal} '${s.v}'`,
      (s) => `$${s.camel} = ConvertTo-SecureString '${s.v}' -AsPlainText -Force`,
      (s) => `$${s.other} = @{ Host = 'localhost'; ${s.pascal} = '${s.v}' }`,
    ],
  },
];

/** One line each of many languages. */
const others: readonly (readonly [extension: string, style: Style])[] = [
  ['exs', (s) => `config :shop, ${s.snake}: "${s.v}"`],
  ['dart', (s) => `const String ${s.camel} = '${s.v}';`],
  ['scala', (s) => `  val ${s.camel}: String = "${s.v}"`],
  ['pl', (s) => `my $${s.snake} = '${s.v}';`],
  ['lua', (s) => `local ${s.snake} = "${s.v}"`],
  ['r', (s) => `${s.snake} <- "${s.v}"`],
  ['vb', (s) => `Dim ${s.pascal} As String = "${s.v}"`],
  ['clj', (s) => `(def ${s.kebab} "${s.v}")`],
  ['edn', (s) => `{:${s.kebab} "${s.v}" :retries 3}`],
  ['nix', (s) => `  ${s.camel} = "${s.v}";`],
  ['groovy', (s) => `def ${s.camel} = '${s.v}'`],
  ['gradle', (s) => `ext.${s.camel} = "${s.v}"`],
  ['bat', (s) => `set ${s.big}=${s.v}`],
  ['ex', (s) => `  @${s.snake} "${s.v}"`],
  ['vue', (s) => `<script>\nexport default { data: () => ({ ${s.camel}: '${s.v}' }) };\n</script>`],
  ['html', (s) => `<script>\n  window.${s.camel} = "${s.v}";\n</script>`],
  ['jsx', (s) => `export const ${s.pascal} = () => <Connect ${s.camel}="${s.v}" />;`],
  ['hs', (s) => `${s.camel} :: String\n${s.camel} = "${s.v}"`],
];

/** A piece of 4 to 20 characters, the rest on the next line: what people do with long literals. */
const splits: readonly ((s: Spelled, head: string, tail: string) => string)[] = [
  (s, head, tail) => `const ${s.camel} = '${head}' +\n  '${tail}';`,
  (s, head, tail) => `var ${s.camel} = "${head}"\n  + "${tail}";`,
  (s, head, tail) => `${s.snake} = ("${head}"\n    "${tail}")`,
  (s, head, tail) => `${s.big} = '${head}' \\\n    '${tail}'`,
  (s, head, tail) => `$${s.snake} = '${head}'\n    . '${tail}';`,
  (s, head, tail) => `const ${s.camel} = ['${head}', '${tail}'].join('');`,
  (s, head, tail) => `let ${s.camel} = "${head}";\n${s.camel} += "${tail}";`,
  (s, head, tail) => `const char *${s.snake} =\n    "${head}"\n    "${tail}";`,
  (s, head, tail) => `${s.camel} := "${head}" +\n\t"${tail}"`,
];

const literal = ['token', 'named', 'password', 'url'] as const;
const unique = (random: { text(length: number, alphabet: 'lower'): string }) => random.text(4, 'lower');

export const sourceCarriers: readonly Carrier[] = [
  ...languages.map(
    ({ name, extension, folder, filler, styles }): Carrier => ({
      name,
      forms: literal,
      entry: (entry, random) => ({ text: random.pick(styles)(spelled(entry, noun(random))) }),
      file: (entries, random, id) => ({
        path: `${folder}/${noun(random)}-${id}.${extension}`,
        text: among(entries, filler, random),
      }),
    }),
  ),
  {
    name: 'source other languages',
    forms: literal,
    single: true,
    entry: (entry, random) => {
      const [extension, style] = random.pick(others);
      return { text: `${extension}\0${style(spelled(entry, noun(random)))}` };
    },
    file: (entries, random, id) => {
      const [extension, text] = (entries[0] as string).split('\0') as [string, string];
      return { path: `misc/${noun(random)}-${id}.${extension}`, text: among([text], '', random) };
    },
  },
  {
    name: 'concatenation',
    forms: ['token', 'named'],
    entry: (entry, random) => {
      const { text } = entry.credential;
      const cut = Math.floor(text.length * (0.4 + random.below(20) / 100));
      const [head, tail] = [text.slice(0, cut), text.slice(cut)];
      const written = random.pick(splits)(spelled(entry, unique(random)), head, tail);
      return { text: written, secrets: [head, tail].filter((part) => part.length >= 6) };
    },
    file: (entries, random, id) => ({
      path: `src/${noun(random)}-joined-${id}.ts`,
      text: among(entries, 'ts', random),
    }),
  },
];
