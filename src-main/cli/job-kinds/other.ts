import type { JobKind } from './job-kind.ts'

/**
 * Jobs of no kind of their own, and those of kinds that only a newer peer knows: no command submits them, and a result is
 * saved as the peer gives it. The peer refuses in one line where it cannot put one together.
 */
export const otherKind: JobKind<'other'> = {
  commands: () => [],
  resultFormat: () => undefined,
  facts: ({ algorithm }) => [['algorithm', `${algorithm.id} ${algorithm.version}`]],
}
