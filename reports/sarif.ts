/**
 * SARIF 2.1.0: a result a violation, a rule an invariant, and the run as a code flow. A violation that
 * does not make the exit status is there, suppressed, with the reason.
 */
import { SarifBuilder, SarifResultBuilder, SarifRuleBuilder, SarifRunBuilder } from 'node-sarif-builder';
import type { Location, Result, Run, ThreadFlowLocation } from 'sarif';
import { classKey } from '../harness/runner.js';
import type { Conclusion } from '../harness/verdict.js';
import { Status } from '../harness/verdict.js';
import type { KernelRef } from '../model/source.js';
import type { Account, RuleAccount, ViolationAccount } from './account.js';
import { placeOf } from './account.js';
import { shownFunction } from './fault.js';
import type { PlaceOf } from './github.js';
import { excuseOf } from './outcome.js';
import { completeText, lowerFirst } from './phrases.js';
import { printable } from './printable.js';

/** Where files of the kernel lie, on whatever machine reads the report. */
const KERNEL = 'LINUX';
const KERNEL_TREE = 'https://git.kernel.org/pub/scm/linux/kernel/git/torvalds/linux.git/tree/';

const message = (text: string): { text: string } => ({ text: printable(text) });

/** The first of a rule's sources that is a file of a kernel, as it was then; undefined where none is. */
function helpUri(refs: readonly KernelRef[]): string | undefined {
  const ref = refs.find(({ tree, file }) => /^(\d+\.\d+|[\da-f]{12})$/.test(tree) && /^[\w/-]+\.[ch]$/.test(file));
  if (ref === undefined) return undefined;
  const at = ref.tree.includes('.') ? `h=v${ref.tree}` : `id=${ref.tree}`;
  return `${KERNEL_TREE}${ref.file}?${at}`;
}

function ruleOf({ id, statement, why, source, refs }: RuleAccount): SarifRuleBuilder {
  const uri = helpUri(refs);
  return new SarifRuleBuilder({
    id: printable(id),
    name: printable(id),
    shortDescription: message(statement),
    fullDescription: message(`${statement} Where it is broken: ${lowerFirst(why)}`),
    help: message(`${statement}\n\nWhere it is broken: ${lowerFirst(why)}\n\nSource: ${source || 'the design'}`),
    ...(uri === undefined ? {} : { helpUri: uri }),
    defaultConfiguration: { level: 'error' },
  });
}

/** The function at fault: in a user's file where the design is one, else in the kernel's. */
function locationOf(account: Account, v: ViolationAccount, placeOfIt: PlaceOf): Location {
  const name = shownFunction(v.violation);
  const place = placeOfIt(account, v);
  const logical = {
    name: printable(name),
    fullyQualifiedName: printable(`${account.result.design}::${name}`),
    kind: 'function',
  };
  const uri = place === undefined ? v.file : place.path.split('/').map(encodeURIComponent).join('/');
  if (uri === '') return { logicalLocations: [logical] };
  return {
    physicalLocation: {
      artifactLocation: { uri, ...(place === undefined ? { uriBaseId: KERNEL } : {}) },
      ...(place?.line === undefined ? {} : { region: { startLine: place.line } }),
    },
    logicalLocations: [logical],
  };
}

/** Each call as a step, with the ring after it. */
function stepsOf({ run, violation }: ViolationAccount, location: Location): ThreadFlowLocation[] {
  return run.steps.map(({ text, ret, ring }, n) => {
    const isLast = n === run.steps.length - 1;
    const said = message([`${text} ${ret}`.trim(), ...(isLast ? [violation.explanation] : [])].join('\n'));
    const state = isLast ? run.picture : ring;
    return {
      executionOrder: n + 1,
      importance: isLast ? 'essential' : 'important',
      location: isLast ? { ...location, message: said } : { message: said },
      ...(state.length === 0 ? {} : { state: { state: message(state.join('\n')) } }),
    };
  });
}

function levelOf({ violation }: ViolationAccount, isFailing: boolean): Result.level {
  if (!isFailing) return 'note';
  return violation.afterOthers || violation.misuse ? 'warning' : 'error';
}

function resultOf(account: Account, v: ViolationAccount, isFailing: boolean, placeOfIt: PlaceOf): SarifResultBuilder {
  const { violation } = v;
  const location = locationOf(account, v, placeOfIt);
  const { design, scenario, engine } = account.result;
  return new SarifResultBuilder({
    ruleId: printable(violation.class.invariant),
    level: levelOf(v, isFailing),
    kind: 'fail',
    message: message(`${v.where}: ${violation.explanation}`),
    locations: [location],
    partialFingerprints: { 'iovcheckClass/v1': printable(`${design} ${scenario} ${classKey(violation.class)}`) },
    codeFlows: [
      {
        message: message(`${v.length}, from the initial state`),
        threadFlows: [{ locations: stepsOf(v, location) }],
      },
    ],
    ...(isFailing
      ? {}
      : { suppressions: [{ kind: 'external' as const, justification: printable(excuseOf(violation)) }] }),
    properties: {
      design,
      scenario,
      engine,
      steps: violation.steps,
      minimality: violation.minimality,
      misuse: violation.misuse,
      afterOthers: violation.afterOthers,
      ...(violation.fixedBy === null ? {} : { fixedBy: violation.fixedBy }),
      ...(violation.known === null ? {} : { known: violation.known }),
      again: printable(account.again),
    },
  });
}

/** What was searched, and how far: without it a run without results would say nothing. */
function searchOf(account: Account): Record<string, unknown> {
  const { verdict, exhausted, engine, seed } = account.result;
  const complete = completeText(account.result);
  return { search: printable(placeOf(account)), verdict, exhausted, complete, bounds: account.bounds, engine, seed };
}

/** What the files of the kernel are, so that a viewer can ask for its tree. */
function artifactsOf(accounts: readonly Account[]): Run['artifacts'] {
  const files = accounts.flatMap((account) => (account.isFile ? [] : account.violations.map(({ file }) => file)));
  return [...new Set(files.filter((file) => file !== ''))].map((uri) => ({
    location: { uri, uriBaseId: KERNEL },
    sourceLanguage: 'c',
  }));
}

export function sarifText(
  accounts: readonly Account[],
  conclusion: Conclusion,
  version: string,
  placeOfIt: PlaceOf,
): string {
  const { status, notes, errors, lastLine, failing } = conclusion;
  const isSound = status === Status.Ok || status === Status.Violated || status === Status.CutShort;
  const run = new SarifRunBuilder({
    columnKind: 'utf16CodeUnits',
    originalUriBaseIds: { [KERNEL]: { description: message('The root of a Linux tree.') } },
    artifacts: artifactsOf(accounts),
    invocations: [
      {
        executionSuccessful: isSound || status === Status.Unreached,
        exitCode: status,
        exitCodeDescription: lastLine,
        toolExecutionNotifications: [
          ...errors.map((error) => ({ level: 'error' as const, message: message(error) })),
          ...notes.map((note) => ({ level: 'note' as const, message: message(note) })),
        ],
      },
    ],
    properties: { searches: accounts.map(searchOf) },
  }).initSimple({ toolDriverName: 'iovcheck', toolDriverVersion: version });
  run.run.tool.driver.semanticVersion = version;
  const rules = new Map(accounts.flatMap((account) => account.rules).map((rule) => [rule.id, rule]));
  for (const rule of rules.values()) run.addRule(ruleOf(rule));
  for (const account of accounts) {
    for (const v of account.violations) run.addResult(resultOf(account, v, failing.has(v.violation), placeOfIt));
  }
  const builder = new SarifBuilder();
  builder.addRun(run);
  return `${builder.buildSarifJsonString({ indent: true })}\n`;
}
