/** Reads a campaign file, and what has to be known of its designs. */
import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import type { Tool } from '../campaign/jobs/job.js';
import { contentHash } from '../campaign/jobs/job.js';
import type { CampaignDesign, Plan } from '../campaign/jobs/plan.js';
import { planCampaign } from '../campaign/jobs/plan.js';
import { parseCampaign } from '../campaign/jobs/schema.js';
import type { CampaignSpec } from '../campaign/jobs/spec.js';
import { UsageError } from '../harness/bounds-text.js';
import { DESIGNS } from '../model/designs/designs.js';
import { bundleFile, isFileName } from './bundle.js';
import type { NamedDesign } from './designs.js';
import { resolveDesign, treeNamed, treeTrouble } from './designs.js';
import { designHashes, toolHash } from './hashes.js';
import { messageOf } from '../harness/guard.js';
import type { DesignRef } from './load.js';
import { fullName, splitName } from './load.js';
import { ownPackage } from './own-package.js';
import { boundsFor } from './plan.js';

const EXAMPLE = "export const campaign = defineCampaign({ name: 'mine', designs: [...], searches: [...] })";

async function exportOf(file: string): Promise<unknown> {
  if (!file.endsWith('.json')) {
    const url = await bundleFile(file, 'campaign');
    let module: { readonly campaign?: unknown };
    try {
      module = (await import(url)) as typeof module;
    } catch (error) {
      throw new UsageError(`${file}: loading it threw ${messageOf(error)}; correct it and try again`, { cause: error });
    }
    if (module.campaign === undefined)
      throw new UsageError(`${file}: it exports nothing named 'campaign'; write: ${EXAMPLE}`);
    return module.campaign;
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(`${file}: it can not be read (${code ?? String(error)}); name a .json or .ts file`, {
      cause: error,
    });
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new UsageError(`${file}: this is no JSON: ${messageOf(error)}; correct it and try again`, { cause: error });
  }
}

export async function readCampaign(file: string): Promise<CampaignSpec> {
  return parseCampaign(await exportOf(file), file);
}

export function ownTool(): Tool {
  return { version: ownPackage().version, spec: toolHash() };
}

/** A design of a campaign, with the code that a worker elsewhere needs. */
export interface CampaignRef {
  /** As jobs name it. */
  readonly name: string;
  /** As it is to be loaded here: a file by its path from where we are. */
  readonly ref: DesignRef;
}

export interface Campaign {
  readonly plan: Plan;
  readonly tool: Tool;
  readonly refs: ReadonlyMap<string, CampaignRef>;
  /** Paths of the designs that are files, and of the trees, by their names. */
  readonly files: Readonly<Record<string, string>>;
  readonly trees: Readonly<Record<string, string>>;
}

/** Names of designs, each once; `all` is each of ours. */
function namesOf({ designs = [] }: CampaignSpec): string[] {
  return [...new Set(designs.flatMap((name) => (name === 'all' ? DESIGNS.map(({ id }) => id) : [name])))];
}

function planned(name: string, design: NamedDesign, code: string): CampaignDesign {
  return {
    name,
    code,
    hasBase: design.facts.hasBase,
    scenarios: design.facts.scenarios,
    bounds: (text, scenario) => boundsFor(design, text, scenario),
  };
}

/** A path of the campaign file, as seen from here; with a folder in it, so that it is no design of ours. */
function pathFrom(file: string, name: string): string {
  const path = relative('.', resolve(dirname(file), name));
  return /[\\/]/.test(path) ? path : `./${path}`;
}

class Planning {
  readonly refs = new Map<string, CampaignRef>();
  readonly designs: CampaignDesign[] = [];
  readonly files: Record<string, string> = {};
  readonly trees: Record<string, string> = {};
  private readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  private async add(name: string, design: NamedDesign): Promise<void> {
    const { hash, library } = await designHashes(design.ref);
    this.refs.set(name, { name, ref: design.ref });
    this.designs.push(planned(name, design, library === undefined ? hash : contentHash([hash, library])));
  }

  async addDesign(text: string): Promise<void> {
    const { name, without } = splitName(text);
    const isFile = isFileName(name);
    const named = fullName({ name, without });
    await this.add(named, await resolveDesign(isFile ? pathFrom(this.file, name) : name, without));
    if (isFile) this.files[named] = resolve(dirname(this.file), name);
  }

  /** A tree is told from others by its version, as in a trace. */
  async addTree(text: string): Promise<void> {
    try {
      const { tree, baseline } = await treeNamed(resolve(dirname(this.file), text));
      const named = fullName({ name: baseline, without: [], tree });
      if (this.trees[named] !== undefined)
        throw new UsageError(`${text}: another tree of it is Linux ${tree.version} as well; make a campaign for each`);
      await this.add(named, await resolveDesign(baseline, [], tree));
      this.trees[named] = tree.name;
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new UsageError(`${this.file}: trees: ${treeTrouble(error)}`, { cause: error });
    }
  }
}

/** Throws {@link UsageError} at the first design that can not be used: a campaign of days does not begin with a hole. */
export async function planOf(spec: CampaignSpec, file: string): Promise<Campaign> {
  const tool = ownTool();
  const planning = new Planning(file);
  for (const name of namesOf(spec)) await planning.addDesign(name);
  for (const name of spec.trees ?? []) await planning.addTree(name);
  const { refs, designs, files, trees } = planning;
  return { plan: planCampaign(spec, designs, tool), tool, refs, files, trees };
}
