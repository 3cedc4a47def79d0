// What a folder's other files tell about a name that the document does not declare: a text file is searched by
// patterns, because parsing it takes too long while the user types.
import { byLanguageId } from '../../text/languages.ts';
import { lineEnd, lineStart } from '../../text/lines.ts';

export interface FolderFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The files with a word, in this language or one that shares n-grams with it, without the document at `path`; undefined
 * if the word is too frequent to look at all.
 */
export type FindFiles = (word: string, path: string, languageId: string) => Iterable<FolderFile> | undefined;

/**
 * 'exported': a file exports it, and an import would make it exist. 'declared': each file that uses it declares or
 * imports it itself. 'shared': it probably exists without an import, because a file of the same package declares it or
 * several use it. 'unclear': a file uses it without a declaration that the patterns know, as it would use a global.
 */
export type InFolder = 'absent' | 'exported' | 'declared' | 'shared' | 'unclear';

/** Files that use a name other than as a member; occurrences in each, and the text near each of these, UTF-16 units. */
const MOST_FILES = 4;
/** Files that are read to find these. A name may be a member in a thousand files, and the user waits. */
const MOST_READ = 24;
const MOST_OCCURRENCES = 8;
const NEAR = { before: 600, after: 200 };

interface Patterns {
  /** Regular expressions with NAME for the name. */
  readonly declared: readonly string[];
  readonly exported: readonly string[];
  /** Imports of the name, and exports of another module's; the only group is the module. */
  readonly imported: readonly string[];
  /** The name may exist in other files without an import of this name. */
  readonly ambient: readonly string[];
  /** Names that each document has. Those with an initial capital need not be listed, see check-names.ts. */
  readonly globals: ReadonlySet<string>;
  /** Declarations that the other files of the directory see; absent: they see none. */
  readonly shared?: readonly string[];
}

const words = (text: string) => new Set(text.split(/\s+/));

const TYPESCRIPT: Patterns = {
  declared: [
    String.raw`(?:const|let|var|function\*?|class|interface|type|enum|namespace|module|import|infer)\s+NAME`,
    String.raw`import\s[^;'"]*NAME[^;'"]*\bfrom\b`,
    String.raw`(?:const|let|var)\s*[[{][^;=]*NAME[^;=]*[}\]]\s*(?::[^=;]+)?(?:=|of\b)`,
    String.raw`(?<!(?:if|while|switch|with)\s*)\([^()]*NAME[^()]*\)\s*(?::[^={;]+)?(?:=>|\{)`,
    String.raw`NAME\s*=>`,
    String.raw`<[^<>()]*NAME(?:\s+extends\b[^<>]*)?(?:,[^<>()]*)?>\s*\(`,
  ],
  exported: [
    String.raw`export\s+(?:async\s+)?(?:abstract\s+)?(?:const\s+enum|const|let|var|function\*?|class|interface|type|enum|namespace)\s+NAME`,
    // Not of another module: the name has one declaration, and perhaps several such exports.
    String.raw`export\s+(?:type\s+)?\{[^}]*NAME(?!\s+as\b)[^}]*\}(?!\s*from\b)`,
  ],
  imported: [String.raw`(?:import\s|export\s+(?:type\s+)?\{)[^;'"]*NAME[^;'"]*\bfrom\s*['"]([^'"\n]+)['"]`],
  ambient: [
    String.raw`declare\s+(?:abstract\s+)?(?:const|let|var|function|class|interface|type|enum|namespace)\s+NAME`,
    // The importing file chooses the name.
    String.raw`export\s+default\s+(?:async\s+)?(?:abstract\s+)?(?:(?:function\*?|class)\s+)?NAME`,
    String.raw`(?:globalThis|window|global)\.NAME`,
  ],
  globals:
    words(`arguments globalThis undefined isFinite isNaN parseFloat parseInt decodeURI decodeURIComponent encodeURI
    encodeURIComponent escape eval unescape console fetch crypto performance queueMicrotask structuredClone atob btoa
    setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate process global require module exports
    __dirname __filename navigator window document self location history localStorage sessionStorage indexedDB alert
    confirm prompt requestAnimationFrame cancelAnimationFrame requestIdleCallback cancelIdleCallback getComputedStyle
    getSelection matchMedia addEventListener removeEventListener dispatchEvent postMessage importScripts customElements
    caches screen frames parent top name event origin status print open close stop focus blur scroll scrollTo scrollBy
    reportError createImageBitmap devicePixelRatio innerWidth innerHeight outerWidth outerHeight scrollX scrollY
    visualViewport speechSynthesis scheduler describe it test expect suite before after beforeEach afterEach beforeAll
    afterAll jest vi cy browser chrome jasmine sinon assert define angular jQuery $ _ React bigint symbol any unknown
    never object string number boolean void null true false this super new typeof keyof const async await of as is
    satisfies asserts readonly unique infer get set static abstract declare type from`),
};

const PYTHON: Patterns = {
  declared: [
    String.raw`(?:def|class|global|nonlocal|as)\s+NAME`,
    String.raw`^[ \t]*(?:from\s+\S+\s+)?import\s+(?:\([^)]*NAME|[^\n]*NAME)`,
    String.raw`^[ \t]*(?:[\w, *()]*,\s*)?NAME\s*(?:,[\w, *()]*)?(?::[^=\n]+)?=(?!=)`,
    String.raw`\bdef\s+\w+\s*(?:\[[^\]]*\])?\([^)]*NAME`,
    String.raw`\bfor\s[^:\n]*NAME[^:\n]*\sin\b`,
    String.raw`\blambda\b[^:\n]*NAME`,
    String.raw`NAME\s*:=`,
  ],
  exported: [String.raw`^(?:(?:async\s+)?def|class)\s+NAME`, String.raw`^NAME\s*(?::[^=\n]+)?=(?!=)`],
  imported: [String.raw`^[ \t]*from\s+(\S+)\s+import\s+(?:\([^)]*NAME|[^\n]*NAME)`],
  ambient: [],
  globals: words(`abs aiter all anext any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile
    complex copyright credits delattr dict dir divmod enumerate eval exec exit filter float format frozenset getattr
    globals hasattr hash help hex id input int isinstance issubclass iter len license list locals map max memoryview min
    next object oct open ord pow print property quit range repr reversed round set setattr slice sorted staticmethod str
    sum super tuple type vars zip self cls reveal_type __name__ __file__ __doc__ __package__ __spec__ __loader__
    __builtins__ __class__ __path__ __import__ __debug__ __annotations__ _ match case`),
};

const GO: Patterns = {
  declared: [
    String.raw`(?:func|type|var|const)\s+NAME`,
    String.raw`NAME\s*(?:,[\w, ]*)?:=`,
    String.raw`[\w, ]+,\s*NAME\s*(?:,[\w, ]*)?:=`,
    String.raw`\bfunc\b[^{\n]*NAME`,
    String.raw`^[ \t]+NAME\b[^\n(:.]*(?:=|$)`,
    String.raw`"(?:[^"\n]*/)?NAME(?:\.[^"\n]*)?"`,
  ],
  exported: [],
  imported: [],
  ambient: [],
  shared: [String.raw`^(?:func|type|var|const)\s+NAME`, String.raw`^\tNAME\b[^\n(:.]*(?:=|$)`],
  globals: words(`any append bool byte cap clear close comparable complex complex64 complex128 copy delete error false
    float32 float64 imag int int8 int16 int32 int64 iota len make max min new nil panic print println real recover rune
    string true uint uint8 uint16 uint32 uint64 uintptr init main _`),
};

const PATTERNS = byLanguageId({ go: GO, python: PYTHON, typescript: TYPESCRIPT });

/** Whether every document of the language has the name. */
export function isGlobal(languageId: string, name: string): boolean {
  return (
    (PATTERNS[languageId]?.globals.has(name) ?? true) ||
    (languageId !== 'python' && languageId !== 'go' && name in globalThis)
  );
}

/** Whether a file of the language exports the name, so that another file can import it. */
export function isExported(name: string, text: string, languageId: string): boolean {
  const patterns = PATTERNS[languageId]?.exported ?? [];
  const around = textAround(name, text);
  return patterns.some((pattern) => patternOf(pattern, name).test(around));
}

/** What the folder's files tell about names; remembered until one of them changes. */
export class FolderNames {
  readonly find: FindFiles;
  private readonly known = new Map<string, InFolder>();
  /** The document of the last look-up. */
  private path = '';

  constructor(find: FindFiles) {
    this.find = find;
  }

  /** A file of the folder has changed. */
  noteChange(path: string): void {
    if (path !== this.path) this.known.clear();
  }

  /** @param path of the document, which is not looked at */
  lookUp(name: string, path: string, languageId: string): InFolder {
    if (path !== this.path) this.known.clear();
    this.path = path;
    const found = this.known.get(name) ?? findIn(this.find(name, path, languageId), name, path, languageId);
    this.known.set(name, found);
    return found;
  }
}

function findIn(files: ReturnType<FindFiles>, name: string, path: string, languageId: string): InFolder {
  const patterns = PATTERNS[languageId];
  if (patterns === undefined || files === undefined) return 'unclear';
  const { shared: sharedPatterns = [] } = patterns;
  const [free, exported, imported, declared, ambient, shared] = [
    [FREE],
    ...[patterns.exported, patterns.imported, patterns.declared, patterns.ambient, sharedPatterns],
  ].map((list) => list.map((pattern) => patternOf(pattern, name))) as [
    RegExp[],
    RegExp[],
    RegExp[],
    RegExp[],
    RegExp[],
    RegExp[],
  ];
  const has = (list: readonly RegExp[], text: string) => list.some((each) => each.test(text));
  const isShared = (other: string) => shared.length > 0 && directoryOf(other) === directoryOf(path);
  const sorted = [...files].sort((a, b) => Number(isShared(b.path)) - Number(isShared(a.path)));
  let found: InFolder = 'absent';
  let [looked, read] = [0, 0];
  const modules = new Set<string>();
  for (const file of sorted) {
    if (++read > MOST_READ) return 'unclear';
    const { path: other, text } = file;
    const around = textAround(name, text);
    if (!has(free, around) && !has(exported, around)) continue;
    if (isShared(other)) {
      if (has(shared, around) || ++looked === MOST_FILES) return 'shared';
      found = 'unclear';
      continue;
    }
    if (/\.d\.[cm]?ts$/.test(other) || text.includes('declare global') || has(ambient, around)) return 'unclear';
    if (has(exported, around)) return 'exported';
    const module = imported.map((each) => each.exec(around)?.[1]).find((each) => each !== undefined);
    if (module !== undefined) modules.add(moduleName(module));
    else if (!has(declared, around)) return 'unclear';
    if (found === 'absent') found = 'declared';
    if (++looked === MOST_FILES) break;
  }
  // Many files may import the name before the one that exports it is reached.
  const exporters = sorted.slice(read).filter((file) => modules.has(moduleName(file.path)));
  const isImportable = exporters.slice(0, MOST_FILES).some(({ text }) => has(exported, textAround(name, text)));
  return isImportable ? 'exported' : found;
}

/** The last part of a path or of a module's name: 'c' for 'a/c.ts', './c.js', 'a.c' and 'c/index.ts'. */
function moduleName(module: string): string {
  const path = module.replace(/\.(?:[cm]?[jt]sx?|pyi?)$/, '').replace(/\/(?:index|__init__)$/, '');
  return path.slice(Math.max(path.lastIndexOf('/'), path.lastIndexOf('.')) + 1);
}

/** An occurrence that is neither a member nor a key. */
const FREE = String.raw`(?<!\.\s*|['"${'`'}/-])NAME(?!\s*\??:(?!:)|['"${'`'}])`;

function patternOf(pattern: string, name: string, flags = 'mu'): RegExp {
  const whole = String.raw`(?<![\p{L}\p{N}_$])${name.replaceAll('$', '\\$')}(?![\p{L}\p{N}_$])`;
  return new RegExp(
    pattern.replaceAll('NAME', () => whole),
    flags,
  );
}

/** The whole lines near the first occurrences of a name. */
function textAround(name: string, text: string): string {
  const pieces: string[] = [];
  let end = 0;
  const whole = patternOf('NAME', name, 'gmu');
  for (let count = 0; count < MOST_OCCURRENCES; count++) {
    whole.lastIndex = end;
    const at = whole.exec(text)?.index;
    if (at === undefined) break;
    const from = Math.max(end, lineStart(text, Math.max(0, at - NEAR.before)));
    end = lineEnd(text, Math.min(text.length, at + NEAR.after));
    pieces.push(text.slice(from, end));
  }
  return pieces.join('\n');
}

function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/') + 1);
}
