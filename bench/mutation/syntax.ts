/** What has to be known of a source file before it is mutated: its functions, and its statements. */
import { parseAst } from 'rolldown/parseAst';

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A named function, by offsets of the whole of it and of its body. */
export interface FunctionSpan {
  readonly name: string;
  /** The C file and the version that its comment cites, or that of the file's head. */
  readonly cFile: string;
  readonly start: number;
  readonly end: number;
}

export interface Source {
  /** The text with each statement in braces of its own, so that the mutator can take it out. */
  readonly braced: string;
  readonly text: string;
  /** Where in `braced` the braces are that `text` has not, in order. */
  readonly braces: readonly number[];
  readonly functions: readonly FunctionSpan[];
  /** Bodies of functions, named or not: what is outside runs when the module is loaded. */
  readonly bodies: readonly (readonly [start: number, end: number])[];
}

const CITED = /@kernel\s+\S+\s+([\w./-]+\.[ch])/;

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

function walk(node: Node, visit: (node: Node, parents: readonly Node[]) => void, parents: readonly Node[] = []): void {
  visit(node, parents);
  const here = [node, ...parents];
  for (const value of Object.values(node))
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, here);
}

const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);
const NAMED_BY = new Set(['VariableDeclarator', 'Property', 'MethodDefinition', 'PropertyDefinition']);

function nameOf(node: Node, parent: Node | undefined): string | undefined {
  const id = node['id'] ?? (parent !== undefined && NAMED_BY.has(parent.type) ? (parent['id'] ?? parent['key']) : null);
  return isNode(id) && typeof id['name'] === 'string' ? id['name'] : undefined;
}

/** The comment right before `at`, whatever the function's keywords. */
function commentBefore(text: string, at: number): string {
  const head = text.slice(0, at).replace(/(export\s+|const\s+\w+\s*(:[^=;]*)?=\s*|\w+\s*:\s*|async\s+)*$/, '');
  return /\/\*\*(?:[^*]|\*(?!\/))*\*\/\s*$/.exec(head)?.[0] ?? '';
}

/** Statements that do something and may be left out. */
function isDroppable(node: Node): boolean {
  if (node.type !== 'ExpressionStatement' || typeof node['directive'] === 'string') return false;
  const expression = node['expression'];
  return isNode(expression) && /^(Call|Assignment|Update)Expression$/.test(expression.type);
}

export function read(text: string): Source {
  const fileCites = CITED.exec(/^\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '')?.[1] ?? '';
  const functions: FunctionSpan[] = [];
  const bodies: [number, number][] = [];
  const braces: [number, string][] = [];
  walk(parseAst(text, { lang: 'ts' }) as unknown as Node, (node, parents) => {
    if (FUNCTIONS.has(node.type)) {
      const body = node['body'] as Node | null;
      if (body !== null) bodies.push([body.start, body.end]);
      const name = nameOf(node, parents[0]);
      if (name === undefined) return;
      const cFile = CITED.exec(commentBefore(text, node.start))?.[1] ?? fileCites;
      functions.push({ name, cFile, start: node.start, end: node.end });
    } else if (isDroppable(node) && parents.some(({ type }) => FUNCTIONS.has(type))) {
      braces.push([node.start, '{'], [node.end, '}']);
    }
  });
  braces.sort((a, b) => a[0] - b[0]);
  let braced = '';
  let from = 0;
  const at = braces.map(([offset, brace], n) => {
    braced += text.slice(from, offset) + brace;
    from = offset;
    return offset + n;
  });
  return { braced: braced + text.slice(from), text, braces: at, functions, bodies };
}

/** What stands in the text where `braced` has this. */
export function original({ text, braces }: Source, start: number, end: number): string {
  const before = (offset: number): number => braces.filter((at) => at < offset).length;
  return text.slice(start - before(start), end - before(end));
}
