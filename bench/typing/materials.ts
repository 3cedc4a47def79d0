// What is typed: held-out files of the recorded packages, of one in Python, one in Go and a folder of prose, each beside the rest of its folder.
import { basename } from 'node:path';
import { languageIdOf } from '../../src/text/languages.ts';
import { heldOutFiles } from '../common/held-out.ts';
import { bucket, fetchPackage, type PackageFile, sourceFiles } from '../common/packages.ts';
import { readRecordings } from '../common/recordings.ts';

export interface Material {
  readonly name: string;
  readonly languageId: string;
  /** To be typed, and not learned from. */
  readonly held: readonly PackageFile[];
  readonly others: readonly PackageFile[];
}

/** Files of a package. */
export interface Folder {
  readonly spec: string;
  readonly registry: 'npm' | 'pypi' | 'debian' | 'source';
  readonly inside: string;
  readonly files: RegExp;
}

interface Row extends Folder {
  readonly name: string;
  readonly languageId: string;
}

const rows: readonly Row[] = [
  {
    name: 'starlette',
    spec: 'starlette==0.50.0',
    registry: 'pypi',
    inside: 'starlette',
    files: /\.py$/,
    languageId: 'python',
  },
  {
    name: 'cobra',
    spec: 'golang-github-spf13-cobra-dev=1.8.1-1',
    registry: 'debian',
    inside: 'usr/share/gocode/src/github.com/spf13/cobra',
    files: /\.go$/,
    languageId: 'go',
  },
  { name: 'prose', spec: '@tanstack/ai@0.58.0', registry: 'npm', inside: '', files: /\.md$/, languageId: 'markdown' },
];

/** Longer ones are mostly data, characters. */
const LONGEST = 60_000;

export function filesIn({ spec, registry, inside, files }: Folder): PackageFile[] {
  return sourceFiles(fetchPackage(spec, registry), inside, files).filter(({ text }) => text.length < LONGEST);
}

export function materials(recordings: string | undefined): Material[] {
  const recorded = readRecordings(recordings).map(({ package: name, named, others }) => {
    return { name, languageId: 'typescript', held: named, others };
  });
  return [...recorded, ...rows.map(materialOf)];
}

/** README and documents of five packages, whose code is indexed, too. */
export const docsMaterials = (): Material[] =>
  ['starlette==0.50.0', 'hatch==1.15.1', 'click==8.5.1', 'attrs==26.1.0', 'griffe==2.4.1'].map((spec) => {
    const name = `docs-${spec.split('==')[0]}`;
    return materialOf({ name, spec, registry: 'source', inside: '', files: /\.(?:md|py)$/, languageId: 'markdown' });
  });

/** Of a package with code and documents, documents are typed. */
function materialOf({ name, languageId, ...folder }: Row): Material {
  const all = filesIn(folder);
  const isHeld = ({ path }: PackageFile) =>
    languageIdOf(path) === languageId && bucket(basename(path) + path.length) >= 8;
  return { name, languageId, held: all.filter(isHeld), others: all.filter((file) => !isHeld(file)) };
}

const HELD_OUT_LANGUAGES = ['typescript', 'python', 'go', 'markdown'];
/** Typed by `npm run bench -- typing`. */
const TYPED = ['python3-starlette', 'golang-github-spf13-cobra-dev'];
/** A held-out package's language has so much text at least, characters, and no more of it is indexed. */
const LEAST_TEXT = 50_000;
const MOST_TEXT = 700_000;

/**
 * What constants are fitted on: packages held out from the bases' corpus, none of them one of `materials`.
 * @param from files with this bucket of ten or a higher one are held
 */
export function heldOutMaterials(from = 8): Material[] {
  const files = heldOutFiles(HELD_OUT_LANGUAGES);
  if (!files) throw new Error('No held-out packages: `python3 models/pretrain/corpus.py --held-out` makes them.');
  return [...files].flatMap(([languageId, all]) =>
    [...Map.groupBy(all, (file) => file.package)]
      .filter(
        ([name, own]) => !TYPED.includes(name) && own.reduce((sum, { text }) => sum + text.length, 0) >= LEAST_TEXT,
      )
      .map(([name, own]): Material => {
        const fits = own.filter(({ text }) => text.length < 40_000);
        let characters = 0;
        const others = fits.filter(({ path, text }) => {
          if (bucket(path) >= from || characters > MOST_TEXT) return false;
          characters += text.length;
          return true;
        });
        return { name, languageId, held: fits.filter(({ path }) => bucket(path) >= from), others };
      }),
  );
}
