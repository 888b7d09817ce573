import type { LibraryEntry } from './library.ts'
import { compareAlgorithms } from './libraries/compare/algorithms.ts'
import { noopAlgorithms } from './libraries/noop/algorithms.ts'
import { renderAlgorithms } from './libraries/render/algorithms.ts'
import { wasmAlgorithms } from './libraries/wasm/algorithms.ts'

/** Every library of the program: a folder and a line here. Light to import; the code loads in a worker. */
export const libraries: readonly LibraryEntry[] = [
  {
    algorithms: noopAlgorithms,
    load: async () => (await import('./libraries/noop/library.ts')).library,
  },
  {
    algorithms: renderAlgorithms,
    load: async () => (await import('./libraries/render/library.ts')).createRenderLibrary(),
  },
  {
    algorithms: wasmAlgorithms,
    load: async () => (await import('./libraries/wasm/library.ts')).createWasmLibrary(),
  },
  {
    algorithms: compareAlgorithms,
    load: async () => (await import('./libraries/compare/library.ts')).createCompareLibrary(),
  },
]
