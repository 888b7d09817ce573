import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

export default defineConfig({
  root: join(import.meta.dirname, 'src-renderer'),
  plugins: [react()],
  // Replaced by whoever serves the page, for each answer anew: see src-main/api/content-security-policy.ts.
  html: { cspNonce: '__MESHWORK_CSP_NONCE__' },
  build: {
    outDir: join(import.meta.dirname, 'out/renderer'),
    emptyOutDir: true,
    target: 'es2024',
    // Fonts and pictures stay files: the policy has no data: for fonts.
    assetsInlineLimit: 0,
    // The window and what it needs at once; the rest loads when it is first opened.
    modulePreload: { polyfill: false },
    rolldownOptions: {
      treeshake: {
        // Schemas are built when their file loads, but only bounds and types of the contract are used here.
        moduleSideEffects: (id) => !/[\\/](src-preload[\\/]contract|src-main[\\/]protocol)[\\/]/.test(id),
      },
      output: {
        codeSplitting: {
          // The first screen's code comes in one file and not in thirty, since each costs the browser its own turn.
          groups: [{ name: 'frame', tags: ['$initial'] }],
        },
      },
    },
  },
})
