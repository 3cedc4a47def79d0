// Functions and their calls in a syntax tree, with the numbers of parameters and arguments.
import type * as TreeSitter from '@vscode/tree-sitter-wasm';
import { childrenWithoutComments } from './nodes.ts';

type Node = TreeSitter.Node;

/** A constructor has the name of its class. */
export type CalledKind = 'function' | 'method' | 'constructor';

export interface Signature {
  readonly name: string;
  readonly kind: CalledKind;
  /** Offsets of the parameters with their brackets, UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Numbers of arguments that it takes. */
  readonly least: number;
  readonly most: number;
}

export interface Call {
  /** What stands before the name: an object, a module, or 'new'; '' for nothing. */
  readonly receiver: string;
  /** Offsets of the arguments with their brackets, UTF-16 units, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Number of arguments. */
  readonly count: number;
  /** Offset behind the last argument and its comma. */
  readonly behindLast: number;
}

/** A language's word for itself in a method, and its name of constructors. */
const CONSTRUCTORS = new Set(['__init__', 'constructor']);
const PARAMETERS = new Set(['formal_parameters', 'parameter_list', 'parameters']);
const METHODS = new Set([
  'abstract_method_signature',
  'field_definition',
  'method_declaration',
  'method_definition',
  'method_elem',
  'method_signature',
  'pair',
  'public_field_definition',
]);
const CLASSES = new Set(['abstract_class_declaration', 'class', 'class_declaration', 'class_definition']);
const SEPARATORS = new Set(['keyword_separator', 'positional_separator']);
const OPTIONAL = new Set(['assignment_pattern', 'default_parameter', 'optional_parameter', 'typed_default_parameter']);
const SPREAD = new Set([
  'dictionary_splat',
  'dictionary_splat_pattern',
  'list_splat',
  'list_splat_pattern',
  'rest_pattern',
  'spread_element',
  'variadic_argument',
  'variadic_parameter_declaration',
]);

/** Languages whose functions and calls these tables know. */
const LANGUAGES = new Set(['go', 'javascript', 'javascriptreact', 'python', 'typescript', 'typescriptreact']);

export function knowsCalls(languageId: string): boolean {
  return LANGUAGES.has(languageId);
}

/** The function whose parameters are around an offset. */
export function signatureAround(root: Node, at: number): Signature | undefined {
  let node = root.descendantForIndex(at, at);
  while (node && !(PARAMETERS.has(node.type) && isField(node.parent, 'parameters', node))) node = node.parent;
  return node?.parent ? signatureOf(node.parent) : undefined;
}

/** The function of which a name is the declaration. @param at offset of the name */
export function signatureNamed(root: Node, at: number, name: string): Signature | undefined {
  const node = root.descendantForIndex(at, at + name.length);
  const holder = node?.parent;
  if (!node || !holder || node.text !== name || !isName(holder, node)) return undefined;
  if (!CLASSES.has(holder.type)) return signatureOf(holder.childForFieldName('value') ?? holder);
  const members = holder.childForFieldName('body')?.namedChildren ?? [];
  const own = members.map((member) => member?.childForFieldName('definition') ?? member);
  const maker = own.find((member) => CONSTRUCTORS.has(member?.childForFieldName('name')?.text ?? ''));
  return maker ? signatureOf(maker) : undefined;
}

/** The call of which a name is what is called. @param at offset of the name */
export function callNamed(root: Node, at: number, name: string): Call | undefined {
  const node = root.descendantForIndex(at, at + name.length);
  if (!node || node.text !== name || !node.parent) return undefined;
  const member = ['property', 'attribute', 'field'].some((field) => isField(node.parent, field, node))
    ? node.parent
    : undefined;
  const called = member ?? node;
  const call = called.parent;
  const isNew = isField(call, 'constructor', called);
  if (!call || !(isNew || isField(call, 'function', called))) return undefined;
  const list = call.childForFieldName('arguments');
  // A template, or a generator without brackets, is no list.
  if (!list || list.hasError || !/^argument/.test(list.type)) return undefined;
  const parts = childrenWithoutComments(list);
  if (parts.some(({ type }) => SPREAD.has(type))) return undefined;
  const object = member?.childForFieldName('object') ?? member?.childForFieldName('operand');
  const last = parts.at(-1);
  const comma = last?.nextSibling?.type === ',' ? last.nextSibling : last;
  return {
    receiver: isNew ? 'new' : (object?.text ?? ''),
    start: list.startIndex,
    end: list.endIndex,
    count: parts.length,
    behindLast: comma?.endIndex ?? list.startIndex + 1,
  };
}

/** Undefined if it has no name, or does not parse. @param owner the node with the parameters */
function signatureOf(owner: Node): Signature | undefined {
  const list = owner.childForFieldName('parameters');
  const holder = owner.childForFieldName('name') ? owner : owner.parent;
  const name = holder && nameOf(holder);
  if (!list || !holder || !name || list.hasError) return undefined;
  const method = METHODS.has(holder.type) || classOf(holder) !== undefined;
  const isConstructor = method && CONSTRUCTORS.has(name.text);
  const owned = isConstructor ? classOf(holder)?.childForFieldName('name')?.text : name.text;
  if (owned === undefined) return undefined;
  const [least, most] = argumentsTaken(list);
  // Python's first parameter of a method is the object.
  const bound = owner.type === 'function_definition' && method && !isStatic(owner) ? 1 : 0;
  return {
    name: owned,
    kind: isConstructor ? 'constructor' : method ? 'method' : 'function',
    start: list.startIndex,
    end: list.endIndex,
    least: Math.max(0, least - bound),
    most: most - bound,
  };
}

function argumentsTaken(list: Node): [least: number, most: number] {
  let [least, most] = [0, 0];
  for (const each of childrenWithoutComments(list)) {
    const pattern = each.childForFieldName('pattern') ?? each;
    if (SEPARATORS.has(each.type) || pattern.type === 'this') continue;
    const names = each.type === 'parameter_declaration' ? each.childrenForFieldName('name').length : 1;
    const isRest = SPREAD.has(pattern.type) || SPREAD.has(each.firstNamedChild?.type ?? '');
    if (isRest) most = Number.POSITIVE_INFINITY;
    else most += Math.max(1, names);
    if (!isRest && !OPTIONAL.has(each.type) && !each.childForFieldName('value')) least += Math.max(1, names);
  }
  return [least, most];
}

function nameOf(holder: Node): Node | null {
  return (
    holder.childForFieldName('name') ?? holder.childForFieldName('property') ?? holder.childForFieldName('key') ?? null
  );
}

function isName(holder: Node, node: Node): boolean {
  return nameOf(holder)?.id === node.id;
}

function isField(parent: Node | null | undefined, field: string, node: Node): boolean {
  return parent?.childForFieldName(field)?.id === node.id;
}

/** The class of which a node is a member. */
function classOf(member: Node): Node | undefined {
  let body = member.parent;
  if (body?.type === 'decorated_definition') body = body.parent;
  const owner = body?.parent;
  return owner && CLASSES.has(owner.type) ? owner : undefined;
}

function isStatic({ parent }: Node): boolean {
  const decorators = parent?.type === 'decorated_definition' ? parent.namedChildren : [];
  return decorators.some((each) => each?.text === '@staticmethod');
}
