import type { RuleReading, SharingNow } from '../../availability/sharing-now.ts'
import { hoursAt, sharingNow, unitsOfOthers, type HoursNow } from '../../peer/sharing/sharing-view.ts'
import type { Notice } from '../../peer/notice.ts'
import type { PeerState } from '../../peer/state.ts'
import { RULE_NAMES } from '../../protocol/pause-rule.ts'
import type { Clock } from '../../ports/clock.ts'
import type { MachineWatch } from '../../ports/hardware.ts'
import type { PeerRuntime } from '../peer-runtime.ts'
import type { SharingMeters, UsageMeter } from './usage-meter.ts'

/** How often the machine is read while no user looks at the meters and no unit of others runs here … */
const SAMPLE_EVERY_MS = 5_000
/** … and while it matters: a unit runs that may have to stop, or the user looks at the meters. */
const LOOK_EVERY_MS = 1_000
/**
 * The first look comes after this: asking the system's tools starts processes, for which a peer that is only just starting
 * stands still. It is over before anything of the start is published (`PUBLISH_WITHIN_MS`).
 */
const FIRST_LOOK_MS = 50
/** The hours of a plan are told anew after this at the latest: another zone's rules, a clock that was set. */
const HOURS_FOR_MS = 600_000

/** Notices after which something else may be shown of sharing … */
const TELLING: ReadonlySet<Notice['kind']> = new Set<Notice['kind']>(['started', 'ticked', 'sharing-changed'])
/** … and those that tell while a pause waits for units of others to be finished. */
const TELLING_AT_THE_END: ReadonlySet<Notice['kind']> = new Set<Notice['kind']>([
  ...TELLING,
  'holdings-changed',
])

/** The state of sharing at this moment, to be shown. */
export interface SharingWatch {
  /** The same object until something changed. */
  now(): SharingNow
  /** One for each rule, in the rules' order; the same array until something changed. */
  readings(): readonly RuleReading[]
  /** The same object until they were measured anew. */
  meters(): SharingMeters
  /** Calls back after any of the three changed, until the returned function is called. */
  onChange(listener: () => void): () => void
  start(): void
  stop(): Promise<void>
}

/** The ports and meters that the watch reads. */
export interface SharingWatchDependencies {
  readonly runtime: PeerRuntime
  readonly clock: Clock
  readonly machine: MachineWatch
  readonly usage: UsageMeter
  /** A defect of ours, for the log. */
  readonly report: (error: unknown) => void
}

/** Creates the watch: it samples the machine for the rules that pause sharing, and remembers what they say. */
export function createSharingWatch(dependencies: SharingWatchDependencies): SharingWatch {
  const { runtime, clock, machine, usage, report } = dependencies
  const { state } = runtime
  const listeners = new Set<() => void>()
  const stopping = new AbortController()
  const composeNow = createNowComposer(state, clock)
  let now = composeNow()
  let readings = composeReadings(state)
  let sampledAtMs = Number.NEGATIVE_INFINITY
  let cancelLook: (() => void) | undefined
  let looking: Promise<void> = Promise.resolve()
  let isBlind = false
  let stopListening: (() => void) | undefined

  function tell(): void {
    for (const listener of listeners) listener()
  }

  function hear(notices: readonly Notice[]): void {
    const telling = now.kind === 'finishing' ? TELLING_AT_THE_END : TELLING
    if (!notices.some(({ kind }) => telling.has(kind))) return
    const [nextNow, nextReadings] = [composeNow(), composeReadings(state)]
    const isSame = JSON.stringify([nextNow, nextReadings]) === JSON.stringify([now, readings])
    if (isSame) return
    now = nextNow
    readings = nextReadings
    tell()
  }

  async function look(): Promise<void> {
    const nowMs = clock.nowMs()
    const matters = listeners.size > 0 || unitsOfOthers(state) > 0
    await usage.measure(state.view.sample)
    if (listeners.size > 0) tell()
    if (!matters && nowMs - sampledAtMs < SAMPLE_EVERY_MS) return
    sampledAtMs = nowMs
    const sample = await machine.sample(stopping.signal)
    isBlind = false
    if (stopping.signal.aborted) return
    await runtime.dispatch({ kind: 'machine-sampled', at_ms: clock.nowMs(), sample })
  }

  async function lookOnce(): Promise<void> {
    try {
      await look()
    } catch (error) {
      // A loop that has stopped takes no more; then the watch is stopped, too. Anything else leaves the rules blind,
      // which is said once and not every second.
      if (!stopping.signal.aborted && !isBlind) report(error)
      isBlind = true
    }
  }

  function lookAfter(ms: number): void {
    cancelLook = clock.after(ms, () => {
      looking = lookOnce()
      void looking.then(() => {
        if (!stopping.signal.aborted) lookAfter(LOOK_EVERY_MS)
      })
    })
  }

  return {
    now: () => now,
    readings: () => readings,
    meters: () => usage.latest(),
    onChange(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    start() {
      stopListening = runtime.onNotices(hear)
      now = composeNow()
      lookAfter(FIRST_LOOK_MS)
    },
    async stop() {
      stopping.abort()
      cancelLook?.()
      stopListening?.()
      await looking
    },
  }
}

/** Composes what is shown of sharing now; the plan's hours are computed anew only when they may have changed. */
function createNowComposer(state: Readonly<PeerState>, clock: Clock): () => SharingNow {
  let hours: { readonly of: unknown; readonly untilMs: number; readonly hours: HoursNow } | undefined
  return () => {
    const nowMs = clock.nowMs()
    if (hours?.of !== state.sharing.availability || nowMs >= hours.untilMs) {
      const told = hoursAt(state, nowMs)
      const untilMs = Math.min(nowMs + HOURS_FOR_MS, told.atMs ?? Number.POSITIVE_INFINITY)
      hours = { of: state.sharing.availability, untilMs, hours: told }
    }
    return sharingNow(state, hours.hours, nowMs)
  }
}

/** The rules' newest readings; all are `unreadable` before the first sample. */
function composeReadings({ view }: Readonly<PeerState>): readonly RuleReading[] {
  return view.pauseDecision?.readings ?? RULE_NAMES.map((rule) => ({ rule, state: 'unreadable' }))
}
