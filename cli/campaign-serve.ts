/** `iovcheck campaign serve` and `report`: the dashboard, live on the loopback, or as files. */
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerType } from '@hono/node-server';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { UsageError } from '../harness/bounds-text.js';
import { Status } from '../harness/verdict.js';
import { dashboardBody, dashboardPage } from '../reports/dashboard.js';
import { CampaignView, pageName } from './campaign-view.js';
import { parseWhole } from './options.js';
import { print, writeFiles } from './output.js';

const HOST = '127.0.0.1';
/** Milliseconds between two looks at the journal. */
const LOOK_MS = 500;

/** Pages of another site that lead here by a name of their own are not answered. */
const OWN_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/;

/** `isOver`: the server ends. */
export function dashboardApp(dir: string, isOver: () => boolean): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    if (!OWN_HOST.test(c.req.header('host') ?? '')) return c.text('this is for 127.0.0.1 only\n', 403);
    await next();
    return undefined;
  });
  app.get('/', (c) => c.html(dashboardPage(new CampaignView(dir).dashboard, true)));
  app.get('/events', (c) =>
    streamSSE(c, async (stream) => {
      const view = new CampaignView(dir);
      for (let isNew = true; !stream.aborted && !isOver(); isNew = view.read()) {
        if (isNew) await stream.writeSSE({ event: 'body', data: dashboardBody(view.dashboard) });
        await sleep(LOOK_MS);
      }
    }),
  );
  app.get('/:page{findings-[0-9]+\\.html}', async (c) => {
    const n = Number(/\d+/.exec(c.req.param('page'))?.[0]);
    const text = await new CampaignView(dir).findings(n - 1);
    return text === undefined ? c.text('nothing is broken there\n', 404) : c.html(text);
  });
  return app;
}

export interface RawServeOptions {
  readonly port: string;
}

/** Listens until it is ended. */
export async function campaignServe(dir: string, options: RawServeOptions): Promise<number> {
  const port = parseWhole('--port', options.port, 0, 65535);
  // It says at once where there is nothing to show.
  new CampaignView(dir).read();
  let isEnded = false;
  const app = dashboardApp(dir, () => isEnded);
  return new Promise<number>((resolve, reject) => {
    const server: ServerType = serve({ fetch: app.fetch, hostname: HOST, port }, ({ port: own }) => {
      print(`http://${HOST}:${own}/\n`);
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      const message = `--port ${port}: nobody can listen there (${error.code ?? error.message}); write another one, or 0 for any`;
      reject(new UsageError(message, { cause: error }));
    });
    const end = (signal: 'SIGINT' | 'SIGTERM'): void => {
      isEnded = true;
      server.close();
      if ('closeAllConnections' in server) server.closeAllConnections();
      resolve(Status[signal]);
    };
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end(signal));
  });
}

export interface RawReportOptions {
  readonly into?: string;
}

/** index.html, and a page for each design and scenario in which something breaks. */
export async function campaignReport(dir: string, { into = join(dir, 'report') }: RawReportOptions): Promise<number> {
  const view = new CampaignView(dir);
  const { dashboard } = view;
  const files = [{ file: 'index.html', text: dashboardPage(dashboard, false) }];
  for (const n of dashboard.summary.lanes.keys()) {
    const text = await view.findings(n);
    if (text !== undefined) files.push({ file: pageName(n), text });
  }
  const problem = writeFiles(into, files, '--into');
  if (problem !== undefined) throw new UsageError(problem);
  print(`${join(into, 'index.html')}\n`);
  return Status.Ok;
}
