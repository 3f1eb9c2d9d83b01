/** Writes the schemas of docs; tests compare. */
import { writeFileSync } from 'node:fs';
import { certificateSchemaText } from '../reports/certificate.js';
import { diffSchemaText } from '../reports/diff-json.js';
import { configSchemaText } from './config-schema.js';
import { schemaText } from '../reports/json-schema.js';

writeFileSync(new URL('../../docs/result.schema.json', import.meta.url), schemaText());
writeFileSync(new URL('../../docs/config.schema.json', import.meta.url), configSchemaText());
writeFileSync(new URL('../../docs/certificate.schema.json', import.meta.url), certificateSchemaText());
writeFileSync(new URL('../../docs/diff.schema.json', import.meta.url), diffSchemaText());
