import { parseAst } from 'rolldown/parseAst';

/** A file of the repository, its path relative to the root. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A node of the ESTree that rolldown's parser returns. */
export interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Import {
  readonly specifier: string;
  /** `import type`: gone when the program runs. */
  readonly isType: boolean;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

const parsed = new Map<SourceFile, Node>();

export function parse(file: SourceFile): Node {
  let root = parsed.get(file);
  if (root === undefined) {
    root = parseAst(file.text, { lang: file.path.endsWith('.tsx') ? 'tsx' : 'ts' }) as unknown as Node;
    parsed.set(file, root);
  }
  return root;
}

/** Calls `visit` for each node below `node`, with the way that leads to it, innermost first. */
export function walk(
  node: Node,
  visit: (node: Node, parents: readonly Node[]) => void,
  parents: readonly Node[] = [],
): void {
  visit(node, parents);
  const here = [node, ...parents];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, visit, here);
  }
}

export function lineOf(file: SourceFile, offset: number): number {
  return file.text.slice(0, offset).split('\n').length;
}

/** Every import and re-export of a file, `import('x')` included. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = [];
  walk(parse(file), (node) => {
    if (
      !/^(ImportDeclaration|ImportExpression|TSImportType|ExportNamedDeclaration|ExportAllDeclaration)$/.test(node.type)
    )
      return;
    const { source } = node;
    if (!isNode(source) || typeof source.value !== 'string') return;
    const isType = node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type';
    found.push({ specifier: source.value, isType });
  });
  return found;
}

/** Names that a file takes from outside of itself or from the language: not members, not keys. */
export function namesUsed(file: SourceFile): { name: string; line: number }[] {
  const found: { name: string; line: number }[] = [];
  walk(parse(file), (node, [parent]) => {
    if (node.type !== 'Identifier') return;
    const isMember = parent?.type === 'MemberExpression' && parent.property === node && parent.computed === false;
    const isKey =
      /^(Property|PropertyDefinition|MethodDefinition|TSPropertySignature|TSMethodSignature)$/.test(
        parent?.type ?? '',
      ) &&
      parent.key === node &&
      parent.computed === false;
    if (!isMember && !isKey) found.push({ name: String(node.name), line: lineOf(file, node.start) });
  });
  return found;
}

export interface FunctionSpan {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
}

function nameOf(node: Node, parent: Node | undefined): string {
  for (const named of [node.id, parent?.id, parent?.key])
    if (isNode(named) && named.type === 'Identifier') return String(named.name);
  return 'a function';
}

/** A table of functions, `(fix) => ({ ... })`, or a `describe` block: its parts are measured instead. */
function isContainer(node: Node, parent: Node | undefined): boolean {
  if (isNode(node.body) && /^(ObjectExpression|ParenthesizedExpression)$/.test(node.body.type)) return true;
  const callee = parent?.type === 'CallExpression' ? parent.callee : undefined;
  return isNode(callee) && callee.name === 'describe';
}

export function functionsOf(file: SourceFile): FunctionSpan[] {
  const found: FunctionSpan[] = [];
  walk(parse(file), (node, [parent]) => {
    if (
      !/^(FunctionDeclaration|FunctionExpression|ArrowFunctionExpression)$/.test(node.type) ||
      isContainer(node, parent)
    )
      return;
    const line = lineOf(file, node.start);
    found.push({ name: nameOf(node, parent), line, lines: lineOf(file, node.end) - line + 1 });
  });
  return found;
}
