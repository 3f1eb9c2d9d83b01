/** The schema of SARIF 2.1.0, as a package of Microsoft's ships it. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Ajv } from 'ajv';

const path = createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json');
const { $schema: _draft4, id, ...schema } = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

// It is draft 4, of which only the name of `$id` differs here, and one pattern of it is none with the flag u.
const ajv = new Ajv({ strict: false, validateFormats: false, unicodeRegExp: false, allErrors: true });
const validate = ajv.compile({ ...schema, $id: String(id) });

/** What is wrong with a file, one line each. */
export function sarifProblems(text: string): string[] {
  if (validate(JSON.parse(text))) return [];
  return (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message ?? ''}`);
}
