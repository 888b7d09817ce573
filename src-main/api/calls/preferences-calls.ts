import type { ApiImplementer } from './implementer.ts'
import type { ApiDependencies } from '../dependencies.ts'
import type { PreferenceStore } from './preferences.ts'

/** The calls on how the user likes the program. */
export function preferencesCalls(
  os: ApiImplementer,
  { host }: ApiDependencies,
  preferences: PreferenceStore,
) {
  return os.preferences.router({
    get: os.preferences.get.handler(() => ({ preferences: preferences.now(), host })),
    set: os.preferences.set.handler(({ input }) => {
      preferences.set(input)
      return {}
    }),
  })
}
