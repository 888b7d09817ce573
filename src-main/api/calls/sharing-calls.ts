import type { SharingInfo } from '#contract'
import { OVERRIDE_MS_MAX } from '../../availability/pause-decision.ts'
import type { ApiImplementer } from './implementer.ts'
import type { ApiDependencies } from '../dependencies.ts'

const MS_PER_MINUTE = 60_000

/** The calls on when and how this PC is shared. */
export function sharingCalls(os: ApiImplementer, { runtime, clock, sharing }: ApiDependencies) {
  const { state } = runtime
  return os.sharing.router({
    get: os.sharing.get.handler((): SharingInfo => ({
      sharing: state.sharing.availability,
      rules: state.sharing.rules,
      limits: state.sharing.limits,
      now: sharing.now(),
      readings: [...sharing.readings()],
      meters: sharing.meters(),
    })),
    setRules: os.sharing.setRules.handler(async ({ input }) => {
      await runtime.dispatch({ kind: 'rules-set', at_ms: clock.nowMs(), rules: input.rules })
      return {}
    }),
    setLimits: os.sharing.setLimits.handler(async ({ input }) => {
      await runtime.dispatch({ kind: 'limits-set', at_ms: clock.nowMs(), limits: input.limits })
      return {}
    }),
    pause: os.sharing.pause.handler(async ({ input: { minutes, finish_first } }) => {
      const at_ms = clock.nowMs()
      const until = minutes === undefined ? {} : { until_ms: Math.round(at_ms + minutes * MS_PER_MINUTE) }
      await runtime.dispatch({ kind: 'sharing-paused', at_ms, finish_first, ...until })
      return {}
    }),
    resume: os.sharing.resume.handler(async () => {
      await runtime.dispatch({ kind: 'sharing-resumed', at_ms: clock.nowMs() })
      return {}
    }),
    shareAnyway: os.sharing.shareAnyway.handler(async ({ input: { rule } }) => {
      const at_ms = clock.nowMs()
      await runtime.dispatch({ kind: 'rule-overridden', at_ms, rule, until_ms: at_ms + OVERRIDE_MS_MAX })
      return {}
    }),
  })
}
