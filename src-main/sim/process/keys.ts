import type { JobKeys } from '../../ports/job-keys.ts'

/** No keys: the jobs of a simulation are not encrypted. */
export const noKeys: JobKeys = {
  keep: () => undefined,
  find: () => undefined,
  drop: () => undefined,
  all: () => [],
}
