/** `npm run tables`: writes the generated tables of reports/published. */
import { writeFileSync } from 'node:fs';
import { retentionText } from '../reports/retention.js';

writeFileSync('reports/published/retention.md', retentionText());
