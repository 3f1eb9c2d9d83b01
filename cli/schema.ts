/** Writes the schemas of docs; tests compare. */
import { writeFileSync } from 'node:fs';
import { certificateSchemaText } from '../reports/certificate.js';
import { schemaText } from '../reports/json.js';

writeFileSync(new URL('../../docs/result.schema.json', import.meta.url), schemaText());
writeFileSync(new URL('../../docs/certificate.schema.json', import.meta.url), certificateSchemaText());
