import type { ApiImplementer } from './implementer.ts'
import type { ApiDependencies } from '../dependencies.ts'

/** The calls on what was given and taken. */
export function statisticsCalls(os: ApiImplementer, { statistics }: ApiDependencies) {
  return os.statistics.router({
    days: os.statistics.days.handler(({ input }) => [...statistics.days(input.days)]),
  })
}
