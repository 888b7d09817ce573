import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: [
      'src-main/**/*.test.ts',
      'src-preload/**/*.test.ts',
      'src-renderer/**/*.test.{ts,tsx}',
      'wasm/**/*.test.ts',
      'assets/**/*.test.ts',
      'e2e/lab/*.test.ts',
    ],
    // For what hangs: a test waits for conditions, and peers share two cores with whatever else runs on the machine.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000, interval: 50 } },
    maxWorkers: 2,
    retry: 0,
    reporters: ['default'],
  },
})
