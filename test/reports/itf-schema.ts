/** The Informal Trace Format as a JSON Schema: ADR 15 of Apalache has it in words. */
import { Ajv } from 'ajv';

const list = { type: 'array', items: { $ref: '#/$defs/expr' } };

/** An object with one field, whose name begins with a `#`. */
const tagged = (tag: string, value: object): object => ({
  type: 'object',
  required: [tag],
  additionalProperties: false,
  properties: { [tag]: value },
});

const pair = { ...list, minItems: 2, maxItems: 2 };

const SCHEMA = {
  type: 'object',
  required: ['vars', 'states'],
  additionalProperties: false,
  properties: {
    '#meta': { type: 'object' },
    params: { type: 'array', items: { type: 'string' } },
    vars: { type: 'array', items: { type: 'string', pattern: '^[A-Za-z_][A-Za-z0-9_]*$' }, uniqueItems: true },
    states: { type: 'array', minItems: 1, items: { $ref: '#/$defs/state' } },
    loop: { type: 'integer' },
  },
  $defs: {
    state: {
      type: 'object',
      properties: { '#meta': { type: 'object' } },
      patternProperties: { '^[^#]': { $ref: '#/$defs/expr' } },
      additionalProperties: false,
    },
    expr: {
      anyOf: [
        { type: 'boolean' },
        { type: 'string' },
        list,
        tagged('#bigint', { type: 'string', pattern: '^-?[0-9]+$' }),
        tagged('#tup', list),
        tagged('#set', list),
        tagged('#map', { type: 'array', items: pair }),
        {
          type: 'object',
          patternProperties: { '^[^#]': { $ref: '#/$defs/expr' } },
          additionalProperties: false,
        },
      ],
    },
  },
};

const validate = new Ajv({ allErrors: true, allowUnionTypes: true, strict: false }).compile(SCHEMA);

export interface ItfFile {
  readonly '#meta': Readonly<Record<string, unknown>> & { readonly iovcheck: Readonly<Record<string, string>> };
  readonly vars: readonly string[];
  readonly states: readonly Readonly<Record<string, unknown>>[];
}

/** What is wrong with a file, one line each. */
export function itfProblems(itf: unknown): string[] {
  if (!validate(itf)) return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ''}`);
  const { vars, states } = itf as unknown as ItfFile;
  // Each variable has a value in each state, and a state has no other ones: no schema says that.
  return states.flatMap((state, n) => {
    const names = Object.keys(state).filter((name) => name !== '#meta');
    return names.join() === vars.join() ? [] : [`/states/${n} has ${names.join()}, and vars are ${vars.join()}`];
  });
}
