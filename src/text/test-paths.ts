// Recognises test files by their paths.

const IS_TEST = /(?:^|[/._-])(?:tests?|specs?|__tests__)(?:[/._-]|$)/i;

export const isTest = (path: string): boolean => IS_TEST.test(path);
