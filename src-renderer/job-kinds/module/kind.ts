import { IconPackage } from '@tabler/icons-react'
import type { JobKind } from '../job-kind.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

/** Modules: WebAssembly that is run once a unit. They are submitted by `meshctl`. */
export const moduleKind: JobKind<'module'> = {
  algorithms: ['wasm.module'],
  Icon: IconPackage,
  words: ({ jobKinds }) => jobKinds.module,
  showsFuel: true,
  rowFact: () => undefined,
  figures: () => [],
  Save: lazyPart(async () => (await import('../save-result-button.tsx')).SaveResultButton),
}
