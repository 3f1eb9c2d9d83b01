/** Writes docs/result.schema.json; a test compares. */
import { writeFileSync } from 'node:fs';
import { schemaText } from '../reports/json.js';

writeFileSync(new URL('../../docs/result.schema.json', import.meta.url), schemaText());
