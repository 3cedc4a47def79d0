# Syntax nodes around a position, for middles that begin and end where a construct does. tree-sitter reads a slice of a file, errors and all.
import importlib

GRAMMARS = {'typescript': ('tree_sitter_typescript', 'language_tsx'), 'javascript': ('tree_sitter_javascript', 'language'), 'python': ('tree_sitter_python', 'language'),
            'go': ('tree_sitter_go', 'language'), 'rust': ('tree_sitter_rust', 'language'), 'java': ('tree_sitter_java', 'language'),
            'csharp': ('tree_sitter_c_sharp', 'language'), 'cpp': ('tree_sitter_cpp', 'language')}
PARSERS = {}


def parser_of(language):
    """None for languages that have no grammar here."""
    if language not in GRAMMARS:
        return None
    if language not in PARSERS:
        import tree_sitter
        module, name = GRAMMARS[language]
        PARSERS[language] = tree_sitter.Parser(tree_sitter.Language(getattr(importlib.import_module(module), name)()))
    return PARSERS[language]


def nodes_at(text, at, language, most):
    """(start, end) in characters of the named nodes over character `at`, the smallest first, of `most` bytes at most; [] without a grammar."""
    parser = parser_of(language)
    if parser is None:
        return []
    data = text.encode('utf-8')
    byte = len(text[:at].encode('utf-8'))
    node, found = parser.parse(data).root_node.named_descendant_for_byte_range(byte, byte + 1), []
    while node is not None and node.parent is not None and node.end_byte - node.start_byte <= most:
        span = (node.start_byte, node.end_byte)
        if node.is_named and not node.is_error and (not found or found[-1] != span):
            found.append(span)
        node = node.parent
    return [(len(data[:a].decode('utf-8', 'ignore')), len(data[:b].decode('utf-8', 'ignore'))) for a, b in found]
