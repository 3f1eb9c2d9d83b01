import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: { include: ['test/vitest/failing.ts'], server: { deps: { external: [/\/dist\//] } } },
});
