// The txtar format: a header, then sections that begin with '-- NAME --'.

export function sectionsOf(written: string): {
  readonly header: string;
  readonly sections: ReadonlyMap<string, string>;
} {
  const [header = '', ...parts] = written.replaceAll('\r\n', '\n').split(/^-- (.*) --\n/m);
  const sections = new Map<string, string>();
  for (let i = 0; i + 1 < parts.length; i += 2) sections.set(parts[i] ?? '', parts[i + 1] ?? '');
  return { header, sections };
}
