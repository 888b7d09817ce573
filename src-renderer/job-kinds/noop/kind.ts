import { IconFlask } from '@tabler/icons-react'
import type { JobKind } from '../job-kind.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

/** Units that do nothing, to try a mesh. Its form is shown in development only; its jobs are shown everywhere. */
export const noopKind: JobKind<'noop'> = {
  algorithms: ['mesh.noop'],
  Icon: IconFlask,
  words: ({ jobKinds }) => jobKinds.noop,
  form: {
    isForDevelopment: true,
    words: ({ jobKinds }) => jobKinds.noop,
    NewJob: lazyPart(async () => (await import('./new-noop.tsx')).NewNoop),
  },
  showsFuel: false,
  rowFact: () => undefined,
  figures: () => [],
  Save: lazyPart(async () => (await import('../save-result-button.tsx')).SaveResultButton),
}
