/** Where the queue of a campaign is. A password comes from the environment or a file: a command line is seen by everybody. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../harness/bounds-text.js';

export interface RawQueueOptions {
  readonly queue?: string;
  readonly queueFile?: string;
}

export interface QueueAddress {
  readonly host: string;
  readonly port: number;
  readonly username?: string;
  readonly password?: string;
  readonly db: number;
  readonly tls?: Record<string, never>;
}

const VARIABLE = 'IOVCHECK_QUEUE';
const FORM = 'redis://host:6379, or rediss:// for TLS';

/** Nothing of the text is repeated in a message: it may have a password in it. */
function parseAddress(text: string, from: string): QueueAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const db = /^\/?$/.test(url?.pathname ?? '') ? 0 : Number(/^\/(\d+)$/.exec(url?.pathname ?? '')?.[1] ?? Number.NaN);
  if (url === undefined || !/^rediss?:$/.test(url.protocol) || url.hostname === '' || Number.isNaN(db)) {
    throw new UsageError(`${from}: this is no address of a queue; write ${FORM}`);
  }
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port === '' ? 6379 : url.port),
    ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    db,
    ...(url.protocol === 'rediss:' ? { tls: {} } : {}),
  };
}

function fromFile(file: string): QueueAddress {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`--queue-file ${file}: it can not be read (${code ?? String(error)}); name another file`, {
      cause: error,
    });
  }
  return parseAddress(text.trim(), `--queue-file ${file}`);
}

function fromOption(text: string): QueueAddress {
  const address = parseAddress(text, '--queue');
  if (address.username === undefined && address.password === undefined) return address;
  throw new UsageError(
    `--queue: a user or a password on the command line is seen by everybody on the machine; put the address into ${VARIABLE}, or into a file that --queue-file names`,
  );
}

/** Undefined where no queue is named. */
export function queueAddress(
  { queue, queueFile }: RawQueueOptions,
  env: NodeJS.ProcessEnv = process.env,
): QueueAddress | undefined {
  if (queue !== undefined && queueFile !== undefined)
    throw new UsageError('--queue-file: --queue names the queue already; take one of them out');
  if (queueFile !== undefined) return fromFile(queueFile);
  if (queue !== undefined) return fromOption(queue);
  const text = env[VARIABLE];
  return text === undefined || text === '' ? undefined : parseAddress(text, VARIABLE);
}

export const QUEUE_HELP = `The queue is Redis 7 or Valkey. Its address is taken from the environment, ${VARIABLE}=redis://..., from
the file that --queue-file names, or from --queue, where it has no password.`;

/** For messages: never with the user or the password. */
export function placeOfQueue({ host, port }: QueueAddress): string {
  return `${host}:${port}`;
}
