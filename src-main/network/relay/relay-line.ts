import type { Stream, StreamMessageEvent } from '@libp2p/interface'
import type { Clock } from '../../ports/clock.ts'
import { FaultError, type Fault } from '../../protocol/fault.ts'
import type { LineQuota } from './relay-quota.ts'

/**
 * Joins two streams until either ends, the quota is used up, or its time is over. A stream is read only as fast as the
 * other one is taken off our hands and as the quota grants, so that neither end makes this peer hold more than a window.
 *
 * @returns ends it at once
 */
export function joinStreams(
  ends: readonly [Stream, Stream],
  quota: LineQuota,
  { clock, msMax }: { readonly clock: Clock; readonly msMax: number },
): (fault: Fault) => void {
  const over = new AbortController()
  const cancelTimer = clock.after(msMax, () =>
    end({ kind: 'timed-out', message: 'the line has had its time' }),
  )

  function end(fault: Fault): void {
    if (over.signal.aborted) return
    over.abort()
    cancelTimer()
    quota.close()
    for (const stream of ends) stream.abort(new FaultError(fault))
  }

  /** Half of it has ended in order; when both have, all has. */
  function closed(): void {
    if (ends.some(({ status }) => status === 'open' || status === 'closing')) return
    over.abort()
    cancelTimer()
    quota.close()
  }

  function carry(from: Stream, to: Stream): void {
    const reading = { isHeld: false, isResuming: false }
    /** A pause while libp2p resumes would be undone by the end of that, so it is paused once more then. */
    const goOn = (): void => {
      if (over.signal.aborted || from.status !== 'open') return
      Object.assign(reading, { isHeld: false, isResuming: true })
      from.resume()
      reading.isResuming = false
      if (reading.isHeld) from.pause()
    }
    const onMessage = ({ data }: StreamMessageEvent): void => {
      const turn = quota.take(data.byteLength, over.signal)
      if (turn === 'used-up') return end({ kind: 'too-busy', message: 'the quota of this pair is used up' })
      try {
        const isFree = to.send(data)
        if (isFree && turn === undefined) return
      } catch {
        return end(LOST)
      }
      reading.isHeld = true
      if (!reading.isResuming && from.status === 'open') from.pause()
      Promise.all([turn, drained(to)]).then(goOn, () => end(LOST))
    }
    from.addEventListener('message', onMessage)
    from.addEventListener('remoteCloseWrite', () => {
      to.close({ signal: AbortSignal.timeout(msMax) }).catch(() => end(LOST))
    })
    from.addEventListener('close', ({ error }) => {
      if (error === undefined) closed()
      else end(LOST)
    })
  }

  carry(...ends)
  carry(ends[1], ends[0])
  // One that ended before is told of no more.
  if (ends.some(({ status }) => status !== 'open')) end(LOST)
  return end
}

/** Resolves when a stream takes more, or has ended. (libp2p's `onDrain` waits once, and never again.) */
function drained(stream: Stream): Promise<void> {
  if (!stream.writableNeedsDrain) return Promise.resolve()
  return new Promise((resolve) => {
    const done = (): void => {
      stream.removeEventListener('drain', done)
      stream.removeEventListener('close', done)
      resolve()
    }
    stream.addEventListener('drain', done)
    stream.addEventListener('close', done)
  })
}

const LOST: Fault = { kind: 'unreachable', message: 'the other end is gone' }
