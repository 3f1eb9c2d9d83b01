/** `check --certificate FILE`: what the exhaustive searches have proved, as a file that can be verified. */
import { dirname } from 'node:path';
import { makeFolder, writeWhole } from '../harness/files.js';
import { INVARIANTS } from '../invariants/invariants.js';
import type { CertifiedResult } from '../reports/certificate.js';
import { certifiedResult, formatCertificate } from '../reports/certificate.js';
import type { Searched } from './corpus-check.js';
import type { DesignHashes, SpecHashes } from './hashes.js';
import { designHashes, specHashes } from './hashes.js';
import type { DesignRef } from './load.js';
import { complain } from './output.js';
import { ownPackage } from './own-package.js';

export const RULES: ReadonlySet<string> = new Set(INVARIANTS.map(({ id }) => id));

/** A rule that a design brings with it is part of the design. */
export function ruleHash(id: string, hashes: SpecHashes, ofDesign: DesignHashes): string {
  return hashes.invariants.get(id) ?? ofDesign.hash;
}

/** Hashes of designs, each worked out once. */
export class Hashes {
  readonly own = specHashes(RULES);
  private readonly designs = new Map<DesignRef, Promise<DesignHashes>>();

  of(ref: DesignRef): Promise<DesignHashes> {
    const known = this.designs.get(ref) ?? designHashes(ref);
    this.designs.set(ref, known);
    return known;
  }
}

async function certified(searched: readonly Searched[], hashes: Hashes): Promise<CertifiedResult[]> {
  const out: CertifiedResult[] = [];
  for (const { search, report } of searched) {
    const { ref } = search;
    const ofDesign = await hashes.of(ref);
    const tree = ref.tree === undefined ? {} : { tree: ref.tree.version };
    const design = { name: ref.name, id: report.result.design, without: [...ref.without], ...tree, ...ofDesign };
    const one = certifiedResult(report.result, design, (id) => ruleHash(id, hashes.own, ofDesign));
    if (one !== undefined) out.push(one);
    else if (search.engine === 'exhaustive') {
      complain(`the certificate has no result of ${ref.name}, ${search.scenario}: that search did not come to its end`);
    }
  }
  return out;
}

/** One sentence where it can not be written; undefined where it was. */
export async function writeCertificate(path: string, searched: readonly Searched[]): Promise<string | undefined> {
  const hashes = new Hashes();
  const { spec, engine } = hashes.own;
  const results = await certified(searched, hashes);
  if (results.length === 0) return `${path}: no certificate was written: no exhaustive search came to a result`;
  const certificate = {
    tool: ownPackage().version,
    spec,
    engine: { name: 'exhaustive' as const, hash: engine },
    results,
  };
  try {
    makeFolder(dirname(path));
    writeWhole(path, formatCertificate(certificate));
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return `${path}: it can not be written (${code ?? String(error)}); name another place with --certificate`;
  }
}
