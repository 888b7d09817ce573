import { IconQuestionMark } from '@tabler/icons-react'
import type { JobKind } from '../job-kind.ts'
import { lazyPart } from '../../ui/lazy-part.ts'

/** Jobs of no kind that this version knows: named by their algorithm, and shown as far as all jobs are alike. */
export const otherKind: JobKind<'other'> = {
  algorithms: [],
  Icon: IconQuestionMark,
  words: ({ jobKinds: { other } }, algorithmId) => ({
    work: other.work(algorithmId),
    here: other.here(algorithmId),
  }),
  showsFuel: true,
  rowFact: () => undefined,
  figures: () => [],
  View: lazyPart(async () => (await import('./unknown-kind-notice.tsx')).UnknownKindNotice),
  // The node refuses, in words, a result that only a newer version can put together.
  Save: lazyPart(async () => (await import('../save-result-button.tsx')).SaveResultButton),
}
