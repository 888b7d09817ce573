import type { Notice } from '../../peer/notice.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Settings } from '../../ports/settings.ts'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { JobId } from '../../protocol/ids.ts'
import type { PeerRuntime } from '../peer-runtime.ts'
import { isOver, openOwedThanks, type Owed } from './owed-thanks.ts'

/** Thanks that did not arrive are sent again after this, and after twice the last pause … */
const AGAIN_MS = 10_000
/** … up to this. */
const AGAIN_MS_MAX = 6 * 3_600_000
/** With one of these a provider says that it will never take thanks; programs from before thanks say `malformed`. */
const FINAL: ReadonlySet<Fault['kind']> = new Set<Fault['kind']>([
  'bad-input',
  'malformed',
  'oversized',
  'unsupported',
])

/** When thanks were last sent, and how long to wait before the next time. */
interface Sent {
  readonly atMs: number
  readonly pauseMs: number
}

/** Delivers owed thanks to providers as they are connected. */
export interface ThanksPost {
  owe(owed: readonly Owed[], pictures: ReadonlyMap<JobId, Uint8Array>): void
  /** Sends what is due, where the notices tell that time has passed. */
  hear(notices: readonly Notice[]): void
}

/** Creates the post. Its state of sending is lost with a restart, after which all that is owed is due. */
export function createThanksPost({
  runtime: { state, thank },
  clock,
  settings,
  report,
}: {
  readonly runtime: Pick<PeerRuntime, 'state' | 'thank'>
  readonly clock: Pick<Clock, 'nowMs'>
  readonly settings: Settings
  readonly report: (error: unknown) => void
}): ThanksPost {
  const owed = openOwedThanks(settings)
  /** Of each that did not arrive. */
  const sent = new Map<string, Sent>()
  const underWay = new Set<string>()

  async function send(one: Owed, key: string, nowMs: number): Promise<void> {
    const pauseMs = sent.get(key)?.pauseMs
    sent.set(key, {
      atMs: nowMs,
      pauseMs: pauseMs === undefined ? AGAIN_MS : Math.min(AGAIN_MS_MAX, 2 * pauseMs),
    })
    try {
      await thank(one.peer, owed.messageOf(one))
    } catch (error) {
      if (!(error instanceof FaultError) || error.fault.kind === 'internal') throw error
      if (!FINAL.has(error.fault.kind)) return
    }
    sent.delete(key)
    owed.drop((other) => keyOf(other) === key)
  }

  function sendDue(nowMs: number): void {
    owed.drop((one) => isOver(one, nowMs) || !state.pairing.contacts.has(one.peer))
    for (const one of owed.all()) {
      const key = keyOf(one)
      const last = sent.get(key)
      if (!state.view.connected.has(one.peer)) {
        // It is due as soon as its provider is back.
        sent.delete(key)
        continue
      }
      if (underWay.has(key) || (last !== undefined && isPausing(last, nowMs))) continue
      underWay.add(key)
      send(one, key, nowMs)
        .catch(report)
        .finally(() => underWay.delete(key))
    }
  }

  return {
    owe(more, pictures) {
      owed.add(more, pictures)
      sendDue(clock.nowMs())
    },
    hear(notices) {
      if (owed.all().length > 0 && notices.some(({ kind }) => kind === 'ticked')) sendDue(clock.nowMs())
    },
  }
}

/** Whether it is too early to send again. A clock that was set back ends the pause, which nobody knows the rest of. */
function isPausing({ atMs, pauseMs }: Sent, nowMs: number): boolean {
  return nowMs >= atMs && nowMs - atMs < pauseMs
}

function keyOf({ peer, job }: Owed): string {
  return `${peer}/${job}`
}
