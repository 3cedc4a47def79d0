// Which files are tests, by their paths.

const IS_TEST = /(?:^|[/._-])(?:tests?|specs?|__tests__)(?:[/._-]|$)/i;

/** A file of tests, by its path. */
export const isTest = (path: string): boolean => IS_TEST.test(path);
