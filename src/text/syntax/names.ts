// Names in a syntax tree: those that a range uses as expressions or types, and where a name is declared. A table per
// language says which nodes declare names, and how far a declaration reaches.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { byLanguageId } from '../languages.ts';

type Node = TreeSitter.Node;

/**
 * How far a declaration reaches: the nearest block or function around it, the node that declares, what the parameters
 * belong to, the whole document, or the parent of the node that declares.
 */
type Reach = 'block' | 'function' | 'self' | 'owner' | 'document' | 'parent';

interface Declarer {
  /** The fields whose names are declared; absent: every child. */
  readonly fields?: readonly string[];
  readonly reach: Reach;
}

interface NameRules {
  /** Node types of names that are used or declared. */
  readonly names: ReadonlySet<string>;
  /** Nodes that a name is destructured by, with the field that declares; '' for every child. */
  readonly patterns: Readonly<Record<string, string>>;
  readonly declarers: Readonly<Record<string, Declarer>>;
  /** Nodes with names that are neither used nor declared, with the field of these names; '' for every child. */
  readonly labels: Readonly<Record<string, string>>;
  readonly blocks: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  /** Imports names that the document does not have. */
  readonly wildcard?: RegExp;
}

const byName = (reach: Reach): Declarer => ({ fields: ['name'], reach });
const every = (reach: Reach): Declarer => ({ reach });

const TYPESCRIPT: NameRules = {
  names: new Set([
    'identifier',
    'shorthand_property_identifier',
    'shorthand_property_identifier_pattern',
    'type_identifier',
  ]),
  patterns: {
    array_pattern: '',
    assignment_pattern: 'left',
    object_assignment_pattern: 'left',
    object_pattern: '',
    pair_pattern: 'value',
    rest_pattern: '',
  },
  declarers: {
    abstract_class_declaration: byName('block'),
    arrow_function: { fields: ['parameter'], reach: 'self' },
    catch_clause: { fields: ['parameter'], reach: 'self' },
    class: byName('self'),
    class_declaration: byName('block'),
    enum_declaration: byName('block'),
    for_in_statement: { fields: ['left'], reach: 'self' },
    formal_parameters: every('owner'),
    function_declaration: byName('block'),
    function_expression: byName('self'),
    function_signature: byName('block'),
    generator_function: byName('self'),
    generator_function_declaration: byName('block'),
    import_alias: every('document'),
    import_clause: every('document'),
    import_require_clause: every('document'),
    import_specifier: { fields: ['name', 'alias'], reach: 'document' },
    index_signature: byName('self'),
    infer_type: every('document'),
    interface_declaration: byName('block'),
    internal_module: byName('block'),
    mapped_type_clause: byName('parent'),
    module: byName('block'),
    namespace_import: every('document'),
    optional_parameter: { fields: ['pattern'], reach: 'owner' },
    required_parameter: { fields: ['pattern'], reach: 'owner' },
    type_alias_declaration: byName('block'),
    type_parameter: byName('owner'),
    variable_declarator: byName('block'),
  },
  labels: {
    export_specifier: 'alias',
    enum_assignment: '',
    jsx_namespace_name: '',
    namespace_export: '',
    nested_identifier: 'property',
    nested_type_identifier: 'name',
    // The grammar's node of a named tuple member. A parameter's own name has another field.
    optional_parameter: 'name',
    required_parameter: 'name',
  },
  blocks: new Set([
    'class_static_block',
    'for_in_statement',
    'for_statement',
    'program',
    'statement_block',
    'switch_body',
  ]),
  functions: new Set([
    'arrow_function',
    'function_declaration',
    'function_expression',
    'generator_function',
    'generator_function_declaration',
    'method_definition',
    'program',
  ]),
};

const PYTHON: NameRules = {
  names: new Set(['identifier']),
  patterns: {
    as_pattern_target: '',
    dictionary_splat_pattern: '',
    list_pattern: '',
    list_splat_pattern: '',
    pattern_list: '',
    tuple: '',
    tuple_pattern: '',
  },
  declarers: {
    aliased_import: { fields: ['alias'], reach: 'document' },
    as_pattern: { fields: ['alias'], reach: 'function' },
    assignment: { fields: ['left'], reach: 'function' },
    case_pattern: every('function'),
    class_definition: byName('function'),
    default_parameter: byName('owner'),
    dotted_name: every('document'),
    for_in_clause: { fields: ['left'], reach: 'parent' },
    for_statement: { fields: ['left'], reach: 'function' },
    function_definition: byName('function'),
    global_statement: every('function'),
    lambda_parameters: every('owner'),
    named_expression: byName('function'),
    nonlocal_statement: every('function'),
    parameters: every('owner'),
    splat_pattern: every('function'),
    type_parameter: every('owner'),
    typed_default_parameter: byName('owner'),
    typed_parameter: every('owner'),
  },
  labels: { attribute: 'attribute', keyword_argument: 'name', keyword_pattern: '' },
  blocks: new Set(['class_definition', 'function_definition', 'lambda', 'module']),
  functions: new Set(['class_definition', 'function_definition', 'lambda', 'module']),
  wildcard: /^[ \t]*from[ \t]+\S+[ \t]+import[ \t]+\*/m,
};

const GO_BLOCKS = [
  'block',
  'communication_case',
  'default_case',
  'expression_case',
  'expression_switch_statement',
  'for_statement',
  'if_statement',
  'source_file',
  'type_case',
  'type_switch_statement',
];

const GO: NameRules = {
  names: new Set(['identifier', 'package_identifier', 'type_identifier']),
  patterns: { expression_list: '' },
  declarers: {
    const_spec: byName('block'),
    function_declaration: byName('document'),
    import_spec: byName('document'),
    parameter_declaration: byName('owner'),
    range_clause: { fields: ['left'], reach: 'parent' },
    receive_statement: { fields: ['left'], reach: 'parent' },
    short_var_declaration: { fields: ['left'], reach: 'block' },
    type_alias: byName('block'),
    type_parameter_declaration: byName('owner'),
    type_spec: byName('block'),
    type_switch_statement: { fields: ['alias'], reach: 'self' },
    var_spec: byName('block'),
    variadic_parameter_declaration: byName('owner'),
  },
  labels: { literal_element: '', package_clause: '', qualified_type: 'name' },
  blocks: new Set(GO_BLOCKS),
  functions: new Set(['func_literal', 'function_declaration', 'method_declaration', 'source_file']),
  wildcard: /^(?:import)?[ \t]*\.[ \t]+"/m,
};

const RULES = byLanguageId({ go: GO, python: PYTHON, typescript: TYPESCRIPT });

export interface UsedName {
  readonly name: string;
  /** Whether the node is a type's name, which only TypeScript and Go have. */
  readonly isType: boolean;
  /** Offset in the document, UTF-16 units. */
  readonly at: number;
}

/** What a document knows of a name at an offset. */
export type Declared =
  /** Its declaration reaches the offset. */
  | 'in reach'
  /** It is declared, but not for the offset. */
  | 'elsewhere'
  /** It is used and not declared. */
  | 'used'
  /** The text has it in a position that the table does not know. */
  | 'unclear'
  | 'absent';

/** Whether the language has a table of what declares names. */
export function knowsNames(languageId: string): boolean {
  return RULES[languageId] !== undefined;
}

/** Whether an import brings names that the text does not have. */
export function hasWildcardImport(languageId: string, text: string): boolean {
  return RULES[languageId]?.wildcard?.test(text) ?? false;
}

const NAME = /[\p{L}_$][\p{L}\p{N}_$]*/gu;

/**
 * The names that text[from, to) uses as expressions or types, without members, keys and declarations, and without what
 * does not parse.
 */
export function namesUsed(root: Node, text: string, from: number, to: number, languageId: string): UsedName[] {
  const rules = RULES[languageId];
  if (rules === undefined) return [];
  const used: UsedName[] = [];
  for (const match of text.slice(from, to).matchAll(NAME)) {
    const at = from + match.index;
    const node = nameNode(root, at, match[0], rules);
    if (node && roleOf(node, rules) === 'used' && !around(node).isBroken)
      used.push({ name: match[0], isType: node.type === 'type_identifier', at });
  }
  return used;
}

/** Occurrences of a name that are looked at; a more frequent name is unclear unless a near one declares it. */
const MOST_OCCURRENCES = 80;

/**
 * What the document knows of a name for the text at an offset.
 * @param ignored range in which a use is no evidence
 */
export function declarationOf(
  root: Node,
  text: string,
  { name, at }: UsedName,
  ignored: { readonly from: number; readonly to: number },
  languageId: string,
): Declared {
  const rules = RULES[languageId];
  if (rules === undefined) return 'unclear';
  let found: Declared = 'absent';
  let looked = 0;
  for (const index of occurrences(text, name, at)) {
    if (++looked > MOST_OCCURRENCES) return 'unclear';
    const node = nameNode(root, index, name, rules);
    if (node === undefined) {
      if (isImportPath(root, index)) return 'in reach';
      continue;
    }
    const role = roleOf(node, rules);
    if (role === 'label') continue;
    const isIgnored = index >= ignored.from && index < ignored.to;
    if (role === 'used') {
      if (!isIgnored && found === 'absent') found = 'used';
    } else if (role === 'unclear') {
      if (!isIgnored) return 'unclear';
    } else if (role.startIndex <= at && at < role.endIndex) return 'in reach';
    else found = 'elsewhere';
  }
  return found;
}

/** Offsets of a name that is no member: upwards from `at`, then downwards. */
function* occurrences(text: string, name: string, at: number): Generator<number> {
  const isName = (index: number) =>
    !isNameCharacter(text[index + name.length]) &&
    !isNameCharacter(text[index - 1]) &&
    (text[index - 1] !== '.' || text[index - 2] === '.');
  for (let index = text.lastIndexOf(name, at); index >= 0; index = index === 0 ? -1 : text.lastIndexOf(name, index - 1))
    if (isName(index)) yield index;
  for (let index = text.indexOf(name, at + 1); index >= 0; index = text.indexOf(name, index + 1))
    if (isName(index)) yield index;
}

const isNameCharacter = (character: string | undefined) => character !== undefined && /[\p{L}\p{N}_$]/u.test(character);

function nameNode(root: Node, at: number, name: string, { names }: NameRules): Node | undefined {
  const node = root.descendantForIndex(at, at + name.length);
  const isName = node !== null && node.startIndex === at && node.endIndex === at + name.length && names.has(node.type);
  return isName ? node : undefined;
}

/** In Go an import is named by its path. */
function isImportPath(root: Node, at: number): boolean {
  let node = root.descendantForIndex(at, at);
  while (node && node.type !== 'import_spec') node = node.parent;
  return node !== null;
}

/** The node that a declaration reaches, or another role. */
function roleOf(name: Node, rules: NameRules): Node | 'used' | 'label' | 'unclear' {
  let child = name;
  let parent = name.parent;
  while (parent && parent.type in rules.patterns && isIn(child, parent, [rules.patterns[parent.type] as string])) {
    child = parent;
    parent = parent.parent;
  }
  if (parent === null || parent.type === 'ERROR') return 'unclear';
  const label = rules.labels[parent.type];
  if (label !== undefined && isIn(child, parent, [label])) return 'label';
  if (parent.type === 'dotted_name' && isModulePath(parent, child)) return 'label';
  const declarer = rules.declarers[parent.type];
  if (declarer === undefined || !isIn(child, parent, declarer.fields ?? [''])) return otherRole(name, parent);
  return reachOf(parent, declarer.reach, rules);
}

function otherRole(name: Node, parent: Node): 'used' | 'label' {
  // An element such as <div>, and a name that is exported from another module.
  if (/^jsx_\w+_element$/.test(parent.type) && /^[a-z]/.test(name.text)) return 'label';
  if (parent.type === 'export_specifier' && parent.parent?.parent?.childForFieldName('source')) return 'label';
  return 'used';
}

/** Whether a name of Python's dotted_name is not the one that an import declares. */
function isModulePath(path: Node, name: Node): boolean {
  const { parent } = path;
  const isModule = parent?.childForFieldName('module_name')?.id === path.id || parent?.type === 'relative_import';
  return isModule || parent?.type === 'aliased_import' || path.firstNamedChild?.id !== name.id;
}

function isIn(child: Node, parent: Node, fields: readonly string[]): boolean {
  return fields.some(
    (field) => field === '' || parent.childrenForFieldName(field).some((each) => each !== null && each.id === child.id),
  );
}

function reachOf(declarer: Node, reach: Reach, { blocks, functions }: NameRules): Node {
  let node = declarer;
  if (reach === 'parent') node = node.parent ?? node;
  else if (reach === 'owner') while (node.parent && /parameter/.test(node.type)) node = node.parent;
  else if (reach !== 'self' && reach !== 'document') {
    const isFunctionWide = reach === 'function' || node.parent?.type === 'variable_declaration';
    const ends = isFunctionWide ? functions : blocks;
    do node = node.parent ?? node;
    while (node.parent && !ends.has(node.type));
  }
  // In a text that does not parse, blocks are not where they seem to be.
  const { root, isBroken } = around(node);
  return reach === 'document' || isBroken ? root : node;
}

/** The root, and whether the node is part of a text that does not parse. */
function around(node: Node): { readonly root: Node; readonly isBroken: boolean } {
  let [root, isBroken] = [node, node.type === 'ERROR'];
  while (root.parent) {
    root = root.parent;
    isBroken ||= root.type === 'ERROR';
  }
  return { root, isBroken };
}
