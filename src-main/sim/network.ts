import type { Fault } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import { createConnections, type Connections, type Link } from './connections.ts'
import type { Dice } from './dice.ts'
import type { Message, Publication, Reply } from './message.ts'
import type { Schedule } from './schedule.ts'

/** A reply that does not come within this time counts as lost, as in the runtime. */
const REPLY_WITHIN_MS = 20_000

/** How bad the network is. Changed as the simulation goes on. */
export interface Weather {
  delayMs: readonly [number, number]
  /** The share of messages, and of their replies, that never arrive. */
  loss: number
  /** The share of messages that arrive twice. */
  duplication: number
}

/** The end of a request: the other side's answer, or why there is none. */
export type RequestOutcome = { readonly reply: Reply } | { readonly fault: Fault }

/** One peer's requests to others. */
export type Ask = (to: PeerId, message: Message, done: (outcome: RequestOutcome) => void) => void

/**
 * A network that delays, reorders, loses and duplicates, with partitions that heal. Worse than TCP, which only
 * loses the end of a conversation: what holds here holds there.
 */
export interface Network extends Pick<
  Connections,
  'join' | 'leave' | 'keepConnected' | 'partition' | 'heal'
> {
  readonly weather: Weather
  /** Messages sent so far: requests, and one for each peer that a publication went to. */
  readonly sent: number
  request(from: PeerId, to: PeerId, message: Message, done: (outcome: RequestOutcome) => void): void
  /** Gossips a state to every connected peer. */
  publish(from: PeerId, publication: Publication): void
}

/** An empty network. */
export function createNetwork(schedule: Schedule, dice: Dice, weather: Weather): Network {
  const connections = createConnections(schedule, dice)
  const { endpoints } = connections
  let sent = 0

  /** Does something at the other end, as often as the network lets it through. */
  function carry(arrive: () => void): void {
    const copies = dice.chance(weather.loss) ? 0 : dice.chance(weather.duplication) ? 2 : 1
    for (let copy = 0; copy < copies; copy++) schedule.after(dice.between(...weather.delayMs), arrive)
  }

  return {
    join: (peer, endpoint) => connections.join(peer, endpoint),
    leave: (peer) => connections.leave(peer),
    keepConnected: (peer, others) => connections.keepConnected(peer, others),
    partition: (groups) => connections.partition(groups),
    heal: () => connections.heal(),
    weather,
    get sent() {
      return sent
    },
    request(from, to, message, done) {
      const link = connections.linkOf(from, to)
      sent++
      if (!link.isUp) {
        const fault: Fault = { kind: 'unreachable', message: 'not connected' }
        schedule.after(1, () => done({ fault }))
        return
      }
      const settle = settledOnce(schedule, link, done)
      const { generation } = link
      const passes = (): boolean => link.isUp && link.generation === generation
      carry(() => {
        const end = endpoints.get(to)
        if (end === undefined || !passes()) return
        end.endpoint.answer(from, message, (reply) => {
          carry(() => {
            if (passes()) settle({ reply })
          })
        })
      })
    },
    publish(from, publication) {
      for (const [to, end] of endpoints) {
        if (to === from || !connections.linkOf(from, to).isUp) continue
        sent++
        carry(() => {
          if (endpoints.get(to) === end && connections.linkOf(from, to).isUp)
            end.endpoint.hear(from, publication)
        })
      }
    },
  }
}

/** Ends a request once: by its reply, by the loss of its connection, or when its time is over. */
function settledOnce(
  schedule: Schedule,
  link: Link,
  done: (outcome: RequestOutcome) => void,
): (outcome: RequestOutcome) => void {
  let isSettled = false
  const settle = (outcome: RequestOutcome): void => {
    if (isSettled) return
    isSettled = true
    link.inFlight.delete(fail)
    done(outcome)
  }
  const fail = (fault: Fault): void => settle({ fault })
  link.inFlight.add(fail)
  schedule.after(REPLY_WITHIN_MS, () => settle({ fault: { kind: 'timed-out', message: 'no reply' } }))
  return settle
}
