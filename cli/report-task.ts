/** What `report` asks of a worker. */
import type { JsonResult } from '../reports/json.js';
import type { Search } from './protocol.js';

/** A report of what was found before; `search` says where, and is not run. */
export interface ReportTask {
  readonly kind: 'report';
  readonly search: Search;
  /** The file that it is from. */
  readonly name: string;
  /** One of the two: a result as JSON has it, or the text of a trace. */
  readonly result?: JsonResult;
  readonly trace?: string;
}
