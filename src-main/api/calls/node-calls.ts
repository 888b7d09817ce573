import { isTimeZone } from '../../availability/week-hours.ts'
import { refuse } from '../../protocol/fault.ts'
import { watchChanges } from '../news/changes.ts'
import { countedWatch, type ApiImplementer } from './implementer.ts'
import { hardwareInfo, nodeInfo, nodePulse } from '../views/node-view.ts'
import { lentLimits } from '../../protocol/unit-limits.ts'
import type { ApiDependencies } from '../dependencies.ts'
import { ownReachView } from '../views/reach-view.ts'

/** Between the answer to `stop` and the stopping, so that the answer is out. */
const STOP_AFTER_MS = 50

/** The calls on the running peer itself. `stopping` ends its watches. */
export function nodeCalls(os: ApiImplementer, parts: ApiDependencies, stopping: AbortSignal) {
  const { runtime, clock } = parts
  const startedAtMs = clock.nowMs()
  return os.node.router({
    info: os.node.info.handler(() => nodeInfo(parts, startedAtMs)),
    watch: os.node.watch.handler(({ signal, context }) => {
      const either = AbortSignal.any([stopping, ...(signal === undefined ? [] : [signal])])
      const compose = () => nodePulse(parts)
      const values = watchChanges(parts, { compose, isLast: () => false, signal: either })
      return countedWatch(context, parts.report, values)
    }),
    setName: os.node.setName.handler(async ({ input }) => {
      await runtime.dispatch({ kind: 'named', at_ms: clock.nowMs(), name: input.name })
      return {}
    }),
    checkReach: os.node.checkReach.handler(async ({ signal }) => {
      const either = AbortSignal.any([stopping, ...(signal === undefined ? [] : [signal])])
      return ownReachView(await parts.ownReach.check({ signal: either }), runtime.state.pairing.contacts)
    }),
    setNetwork: os.node.setNetwork.handler(({ input: { map_port, relay, join_through } }) => {
      const { network } = parts
      // First the one that may be refused.
      if (join_through !== undefined) network.setJoinThrough(join_through)
      if (map_port !== undefined) network.setMapsPort(map_port)
      if (relay !== undefined) network.setRelaying(relay)
      return ownReachView(parts.ownReach.now(), runtime.state.pairing.contacts)
    }),
    setAvailability: os.node.setAvailability.handler(async ({ input }) => {
      const availability = input.sharing
      if (availability.kind === 'week' && !isTimeZone(availability.plan.time_zone)) {
        refuse('bad-input', `'${availability.plan.time_zone}' is no time zone that this machine knows`)
      }
      await runtime.dispatch({ kind: 'availability-set', at_ms: clock.nowMs(), availability })
      return {}
    }),
    lend: os.node.lend.handler(async ({ input }) => {
      const limits = { ...(input.reset ? {} : runtime.state.sharing.lent), ...input.limits }
      await runtime.dispatch({ kind: 'lending-set', at_ms: clock.nowMs(), limits })
      return lentLimits(runtime.state.sharing.lent)
    }),
    openUi: os.node.openUi.handler(
      () => parts.openLink?.() ?? refuse('unsupported', 'this peer serves no user interface to browsers'),
    ),
    stop: os.node.stop.handler(() => {
      clock.after(STOP_AFTER_MS, parts.requestStop)
      return {}
    }),
  })
}

/** The calls on the machine. */
export function hardwareCalls(os: ApiImplementer, { hardware }: ApiDependencies, stopping: AbortSignal) {
  return os.hardware.router({
    get: os.hardware.get.handler(async ({ input, signal }) => {
      const options = { signal: AbortSignal.any([stopping, ...(signal === undefined ? [] : [signal])]) }
      return hardwareInfo(await (input.refresh ? hardware.refresh(options) : hardware.probe(options)))
    }),
  })
}
