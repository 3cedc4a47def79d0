# Shared helpers of the corpus scripts: cache folder, allowed licences, archive reading.
import io
import json
import os
import pathlib
import re
import subprocess
import tarfile

HERE = pathlib.Path(__file__).resolve().parent


def cache(*parts):
    """A path under the project's cache folder (never inside the work tree)."""
    base = os.environ.get('EASY_ADAPTATION_CACHE') or os.path.join(
        os.environ.get('XDG_CACHE_HOME') or os.path.expanduser('~/.cache'), 'easy-adaptation')
    path = pathlib.Path(base, 'pretrain', *parts)
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def folder_of(name):
    """The folder of a corpus, a run or a run's branch."""
    return cache(name, 'x').parent


# Benchmarks are measured on these packages: neither they nor their siblings may be learned.
FORBIDDEN = re.compile(
    r'^(@tanstack/(ai($|-)|.*-ai($|-)|db($|-)|.*-db($|-)|electric-db|query-db)|convex($|-)|@convex-dev/|.*convex'
    r'|jazz-|@jazz|@livestore/|@dylanebert/|rxdb($|-))')

PERMISSIVE = re.compile(
    r'^(mit(-0|-cmu|-x11|-like|-style)?|x11|expat|isc|bsd(-[0-4])?(-clause)?(-(fsf|modification|patent|views|clear))?|bsd-like|apache(-2(\.0)?)?'
    r'|apache license,? (version )?2(\.0)?|asl-2(\.0)?|python(-2(\.0)?)?|psf(-2(\.0)?)?|zlib|unlicense|cc0(-1\.0)?|0bsd|blueoak-1(\.0\.0)?|bsl(-1\.0)?'
    r'|boost(-1\.0)?|wtfpl|postgresql|ncsa|public-domain|pd|hpnd|curl|unicode-3\.0|artistic-2(\.0)?|upl-1\.0|openssl-3|hylafax|mit-license'
    r'|go|bsd-c3|bsd-3-google|bsd-3-clause~google|bsd-django-filter|matplotlib-license|pyramid|zope-2\.1|expat with embedded exception|apache 2\.0'
    r'|bsd-3-clause and mit|nginx|bsd-2|bsd-3|bsd-3-clause-.*|bsd-2-clause-.*|expat-.*|mit-.*|apache-2.0-.*)(-license|-style|\+)?$')


def permissive(expression):
    """True if some choice of a licence expression (SPDX or Debian's) is permissive in every part."""
    text = str(expression or '').strip().lower().replace('(', ' ').replace(')', ' ').strip()
    text = re.sub(r'\bwith (llvm|swift|classpath|runtime)[- \w]*exceptions?( only)?', '', text)
    if not text or text.startswith('see '):
        return False
    alternatives = re.split(r'\s+or\s+|\s*/\s*|\s*\|\s*', text)
    parts = [[p.strip(' ,.') for p in re.split(r'\s+and\s+|\s*,\s+|\s*&\s*', choice)] for choice in alternatives if choice.strip()]
    return any(all(PERMISSIVE.match(p) for p in choice) for choice in parts)


def members(path):
    """Yield (name, bytes) of the regular files in an npm tarball, a .deb or a source tarball."""
    name = str(path)
    if name.endswith('.deb'):
        process = subprocess.Popen(['dpkg-deb', '--fsys-tarfile', name], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        stream = tarfile.open(fileobj=process.stdout, mode='r|')
    else:
        process = None
        stream = tarfile.open(name, mode='r|*')
    with stream:
        for entry in stream:
            if entry.isfile() and entry.size < 40_000_000:
                yield entry.name, stream.extractfile(entry).read()
    if process:
        process.wait()


def debian_licence(text):
    """The licence of `Files: *` in a machine-readable debian/copyright, or its first licence."""
    stanzas = re.split(r'\n\s*\n', text)
    fallback = ''
    for stanza in stanzas:
        licence = re.search(r'^License:\s*(.+)$', stanza, re.M)
        files = re.search(r'^Files:\s*(.+)$', stanza, re.M)
        if not licence:
            continue
        if files and files.group(1).split()[0] == '*':
            return re.sub(r'(?i)(-clause)-.*', r'\1', licence.group(1).strip())  # Debian adds whose variant it is
        fallback = fallback or licence.group(1).strip()
    if fallback and len(fallback) < 40:
        return fallback
    if re.search(r'^License:', text, re.M):
        return fallback
    flat = re.sub(r'\W+', ' ', text).lower()  # prose: name it by the licence's own words
    if 'general public license' in flat and 'python software foundation license' not in flat:
        return fallback
    for words, name in (('python software foundation license', 'PSF-2.0'), ('redistribution and use in source and binary forms', 'BSD'),
                        ('permission is hereby granted free of charge to any person', 'MIT'),
                        ('permission to use copy modify and distribute this software', 'ISC'),
                        ('permission to use copy modify and or distribute this software', 'ISC'),
                        ('this software is provided as is without any express or implied warranty', 'Zlib'),
                        ('apache license version 2 0', 'Apache-2.0'), ('apache license', 'Apache-2.0'), ('released into the public domain', 'public-domain')):
        if words in flat:
            return name
    return fallback


def load_manifest():
    return json.loads((HERE / 'manifest.json').read_text('utf-8'))


def save_manifest(manifest):
    """One package a line, so that changes read well."""
    head = {k: v for k, v in manifest.items() if k != 'packages'}
    lines = ',\n'.join('    ' + json.dumps(p) for p in manifest['packages'])
    text = json.dumps({**head, 'packages': []}, indent=2)[:-len('[]\n}')]
    (HERE / 'manifest.json').write_text(text + '[\n' + lines + '\n  ]\n}\n', 'utf-8')
