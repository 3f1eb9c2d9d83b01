/** The form of a certificate, and what verify makes of it. */
import type { CheckResult } from '#iov/harness/result.js';
import { DEFAULT_BOUNDS } from '#iov/model/bounds.js';
import type { Certificate, CertifiedResult } from '#iov/reports/certificate.js';
import { certifiedResult, formatCertificate, parseCertificate } from '#iov/reports/certificate.js';
import type { Drift } from '#iov/reports/verification.js';
import { verify, verifyHashes } from '#iov/reports/verification.js';
import { describe, expect, test } from 'vitest';

const HASH = `sha256:${'0'.repeat(64)}`;

function violation(invariant: string, steps: number): CheckResult['violations'][number] {
  return {
    class: { invariant, op: 'pread', function: 'pipe_read' },
    severity: 'soft',
    misuse: false,
    steps,
    minimality: 'shortest',
    trace: Array.from({ length: steps }, () => 'pread size=1'),
    explanation: '',
    fixedBy: null,
    known: null,
    afterOthers: false,
  };
}

/** A search of three levels, and what of it is to be different. */
function searched(change: Partial<CheckResult> = {}): CheckResult {
  return {
    design: 'linux-3.3',
    scenario: 'packet',
    bounds: DEFAULT_BOUNDS,
    engine: 'exhaustive',
    seed: 1,
    verdict: 'exhausted',
    exhausted: true,
    cutShort: '',
    violations: [],
    stats: { states: 6, edges: 9, depth: 2, steps: 9 },
    reached: { pread: { '> 0': 9 } },
    unreached: [],
    proof: { levels: LEVELS, invariants: ['sanity'], symmetry: [], reductions: [] },
    ...change,
  };
}

const LEVELS = [
  { states: 1, edges: 2 },
  { states: 2, edges: 3 },
  { states: 3, edges: 4 },
];

function proofOf(levels: typeof LEVELS): Pick<CheckResult, 'proof'> {
  return { proof: { levels, invariants: ['sanity'], symmetry: [], reductions: [] } };
}

const CUT = { exhausted: false, verdict: 'budget-spent' as const, cutShort: 'the budget of 7 steps is spent' };

function certify(result: CheckResult): CertifiedResult {
  const design = { name: 'linux-3.3', id: 'linux-3.3', without: [], hash: HASH };
  const certified = certifiedResult(result, design, () => HASH);
  if (certified === undefined) throw new Error('nothing to certify');
  return certified;
}

const SAME: Drift = {
  spec: false,
  engine: false,
  design: false,
  library: false,
  changed: [],
  added: [],
  removed: [],
};

function textOf(result: CheckResult): string {
  return formatCertificate({
    tool: '0.1.0',
    spec: HASH,
    engine: { name: 'exhaustive', hash: HASH },
    results: [certify(result)],
  });
}

describe('a certificate', () => {
  test('is read back as it was written', () => {
    const text = textOf(searched({ violations: [violation('sanity', 2)], verdict: 'violated' }));
    const { checksum: _checksum, ...content } = parseCertificate(text, 'c.json');
    expect(JSON.parse(formatCertificate(content))).toEqual(JSON.parse(text));
    expect(content.results[0].claim).toContain('1 class of violations was found');
  });

  test('is the same where only its white space differs', () => {
    const text = textOf(searched());
    const again = parseCertificate(JSON.stringify(JSON.parse(text)), 'c.json');
    expect(again).toEqual(parseCertificate(text, 'c.json'));
  });

  test.each([
    ['that is empty', () => '', 'c.json: the file is empty'],
    ['that is something else', () => '# a trace', 'c.json: this is no certificate'],
    ['that is other JSON', () => '{"version":1}', 'c.json: this is JSON, and no certificate'],
    ['that is a list', () => '[]', 'this is JSON, and no certificate'],
    ['that was cut off', (text: string) => text.slice(0, -100), 'cut off, or edited'],
    ['that was edited', (text: string) => text.replace('"edges": 9', '"edges": 8'), 'its checksum does not fit'],
    ['without a checksum', (text: string) => text.replace(/,\s+"checksum": "[^"]+"/, ''), 'its checksum does not fit'],
    [
      'from the future',
      (text: string) => text.replace('"version": 1', '"version": 2'),
      'this certificate is version 2',
    ],
  ])('%s is told in one sentence', (_what, edit, sentence) => {
    const text = textOf(searched());
    expect(edit(text)).not.toBe(text);
    expect(() => parseCertificate(edit(text), 'c.json')).toThrow(sentence);
  });

  test('with a right checksum over a wrong form is told where it is wrong', () => {
    const { checksum: _checksum, ...content } = parseCertificate(textOf(searched()), 'c.json');
    const wrong = { ...content, results: [{ ...content.results[0], edges: -1 }] };
    expect(() => parseCertificate(formatCertificate(wrong as Certificate), 'c.json')).toThrow('results.0.edges');
  });

  test('of a search that was cut short says that it proves nothing beyond', () => {
    const { claim } = certify(searched({ ...CUT, ...proofOf(LEVELS.slice(0, 2)) }));
    expect(claim).toContain('Every run of up to 2 calls was tried, and none breaks a rule.');
    expect(claim).toContain('Nothing is proved about longer runs.');
    expect(certify(searched({ ...CUT, ...proofOf([]) })).claim).toContain('Nothing is proved.');
  });

  test('is not made of a search that samples', () => {
    const { proof: _proof, ...sampled } = searched();
    expect(certifiedResult(sampled, certify(searched()).design, () => HASH)).toBeUndefined();
  });
});

describe('what has become of a proof', () => {
  const was = certify(searched());
  const moved = [LEVELS[0], { states: 2, edges: 4 }, LEVELS[2]];

  test('that is the same again: it holds', () => {
    expect(verify(was, searched(), SAME)).toMatchObject({ outcome: 'holds', contradictions: [], drift: [] });
  });

  test('that has another count at a level, by nothing: it does not', () => {
    const { outcome, contradictions } = verify(was, searched(proofOf(moved)), SAME);
    expect(outcome).toBe('fails');
    expect(contradictions).toEqual(['level 1 has 2 states, 4 edges now; the certificate says 2 states, 3 edges']);
  });

  test('that has one level more or less, by nothing: it does not', () => {
    const longer = [...LEVELS, { states: 1, edges: 0 }];
    expect(verify(was, searched(proofOf(longer)), SAME).contradictions).toEqual([
      'there are 4 levels now; the certificate says 3',
    ]);
    expect(verify(was, searched(proofOf(LEVELS.slice(0, 2))), SAME).outcome).toBe('fails');
    // Longer than the proof, and cut short: a contradiction all the same.
    expect(verify(was, searched({ ...CUT, ...proofOf(longer) }), SAME).outcome).toBe('fails');
  });

  test('that took a call more often, by nothing: it does not', () => {
    const { contradictions } = verify(was, searched({ reached: { pread: { '> 0': 8 } } }), SAME);
    expect(contradictions).toEqual(['not taken as often, or with other outcomes: pread']);
    expect(verify(was, searched({ unreached: ['pwrite'] }), SAME).outcome).toBe('fails');
  });

  test('of another spec, with other counts and the same verdict: it holds anew', () => {
    const result = verify(was, searched(proofOf(moved)), { ...SAME, spec: true });
    expect(result).toMatchObject({ outcome: 'holds-anew', drift: ['the spec has changed'], contradictions: [] });
    expect(result.differences).toHaveLength(1);
  });

  test('of another design, with a violation: it does not', () => {
    const now = searched({ violations: [violation('sanity', 9)], verdict: 'violated' });
    const { outcome, contradictions } = verify(was, now, { ...SAME, design: true });
    expect(outcome).toBe('fails');
    expect(contradictions).toEqual(['not in the certificate: sanity at pread, in pipe_read(), in 9 steps']);
  });

  test('of violations, one of which is gone, or takes more steps', () => {
    const before = certify(searched({ violations: [violation('sanity', 2)], verdict: 'violated' }));
    expect(verify(before, searched(), { ...SAME, design: true }).contradictions).toEqual([
      'no longer found: sanity at pread, in pipe_read(), in 2 steps',
    ]);
    const later = searched({ violations: [violation('sanity', 3)], verdict: 'violated' });
    expect(verify(before, later, SAME).outcome).toBe('fails');
    const { outcome, differences } = verify(before, later, { ...SAME, spec: true });
    expect([outcome, differences]).toEqual([
      'holds-anew',
      ['sanity at pread, in pipe_read() takes 3 steps; it took 2'],
    ]);
  });

  test('that is taken again in part is compared as far', () => {
    const part = { ...CUT, ...proofOf(LEVELS.slice(0, 2)) };
    expect(verify(was, searched(part), SAME)).toMatchObject({ outcome: 'in-part', contradictions: [] });
    expect(verify(was, searched({ ...CUT, ...proofOf(moved.slice(0, 2)) }), SAME).outcome).toBe('fails');
    // A violation that is too deep for the part is not missed.
    const before = certify(searched({ violations: [violation('sanity', 3)], verdict: 'violated' }));
    expect(verify(before, searched(part), SAME).outcome).toBe('in-part');
    const near = certify(searched({ violations: [violation('sanity', 2)], verdict: 'violated' }));
    expect(verify(near, searched(part), SAME).outcome).toBe('fails');
  });

  test('one of whose rules is gone is verified in part', () => {
    const { outcome, drift } = verify(was, searched(), { ...SAME, removed: ['sanity'] });
    expect([outcome, drift]).toEqual(['in-part', ['rules that are gone: sanity']]);
  });

  test('that was cut short holds where its levels are the same', () => {
    const cut = certify(searched({ ...CUT, violations: [violation('sanity', 3)], ...proofOf(LEVELS.slice(0, 2)) }));
    const now = searched({ ...CUT, cutShort: 'no path is longer than 2 ops', ...proofOf(LEVELS.slice(0, 2)) });
    const { outcome, searched: words } = verify(cut, now, SAME);
    expect(outcome).toBe('holds');
    expect(words).toContain('not 1 violation of longer runs');
    // What is found beyond its levels says nothing against it; within them, it does.
    expect(verify(cut, { ...now, violations: [violation('sanity', 3), violation('no-bug', 3)] }, SAME).outcome).toBe(
      'holds',
    );
    expect(verify(cut, { ...now, violations: [violation('no-bug', 2)] }, SAME).outcome).toBe('fails');
  });

  test('of hashes alone is not called a proof where one differs', () => {
    expect(verifyHashes(was, SAME).outcome).toBe('holds');
    expect(verifyHashes(was, { ...SAME, added: ['new-rule'] })).toMatchObject({
      outcome: 'in-part',
      drift: ['rules that are new: new-rule'],
    });
  });
});
