/** For `iovcheck.config.ts`: types in an editor. */
import type { Config } from './config-schema.js';

export type { Config } from './config-schema.js';

/** Hands back what it is given: `export default defineConfig({ designs: ['./my-design.ts'], bounds: 'tiny' })`. */
export function defineConfig(config: Config): Config {
  return config;
}
