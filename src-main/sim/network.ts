import type { Fault } from '../protocol/fault.ts'
import type { PeerId } from '../protocol/ids.ts'
import { createConnections, type Connections } from './connections.ts'
import type { Dice } from './dice.ts'
import type { Message, Publication, Reply } from './message.ts'
import type { Schedule } from './schedule.ts'

/** How bad the network is. Changed as the simulation goes on. */
export interface Weather {
  delayMs: readonly [number, number]
  /** The share of messages, and of their replies, that never arrive. */
  loss: number
  /** The share of messages that arrive twice. */
  duplication: number
}

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
  /** Since when two peers are connected; undefined when they are not at this moment. */
  connectedSinceMs(a: PeerId, b: PeerId): number | undefined
  /**
   * Asks a peer. `done` is called once, with its answer, or when the connection is lost, and never when the message or
   * its answer is. @returns a function that gives the question up
   */
  request(from: PeerId, to: PeerId, message: Message, done: (reply: Reply) => void): () => void
  /** Tells these peers a state, those of them that are connected. */
  publish(from: PeerId, to: readonly PeerId[], publication: Publication): void
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
    connectedSinceMs(a, b) {
      const { isUp, upSinceMs } = connections.linkOf(a, b)
      return isUp ? upSinceMs : undefined
    },
    request(from, to, message, done) {
      const link = connections.linkOf(from, to)
      sent++
      if (!link.isUp) {
        const fault: Fault = { kind: 'unreachable', message: 'not connected' }
        return schedule.after(1, () => done({ kind: 'fault', fault }))
      }
      const fail = (fault: Fault): void => settle({ kind: 'fault', fault })
      const giveUp = (): boolean => link.inFlight.delete(fail)
      const settle = (reply: Reply): void => {
        if (giveUp()) done(reply)
      }
      link.inFlight.add(fail)
      const { generation } = link
      const passes = (): boolean => link.isUp && link.generation === generation
      carry(() => {
        const end = endpoints.get(to)
        if (end === undefined || !passes()) return
        end.endpoint.answer(from, message, (reply) => {
          carry(() => {
            if (passes()) settle(reply)
          })
        })
      })
      return giveUp
    },
    publish(from, readers, publication) {
      for (const to of readers) {
        const end = endpoints.get(to)
        if (end === undefined || !connections.linkOf(from, to).isUp) continue
        sent++
        carry(() => {
          if (endpoints.get(to) === end && connections.linkOf(from, to).isUp)
            end.endpoint.hear(from, publication)
        })
      }
    },
  }
}
