import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'src-main/**/*.test.ts',
      'src-preload/**/*.test.ts',
      'src-renderer/**/*.test.ts',
      'wasm/**/*.test.ts',
      'assets/**/*.test.ts',
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
    // Peers in processes of their own share two cores with whatever else runs; the reporter names what passed the second time.
    retry: 1,
    reporters: ['default'],
  },
})
