import type { UnitState } from '../../peer/requester/slice.ts'
import type { EngineId } from '../../protocol/engine.ts'
import type { PeerId } from '../../protocol/ids.ts'
import { hold } from './broken.ts'

/** Attempts of one unit in one run: failing and trying must not chase each other. A minute's ticks, and some more. */
const ATTEMPTS_FINE = 150

/** The states that an attempt may go over to from each. */
const NEXT_STATES: Readonly<Record<string, readonly string[]>> = {
  awarded: ['awarded', 'returned', 'failed', 'void', 'rejected'],
  returned: ['returned', 'rejected', 'void'],
  failed: ['failed'],
  // A peer that was late or gone may still say that the unit's time was up.
  void: ['void', 'failed'],
  rejected: ['rejected'],
}

/** The state of each attempt of a unit when it was last on disk, by its number. */
export type SeenAttempts = Map<number, { readonly peer: PeerId; state: string }>

/** The unit whose attempts are checked, and the facts that decide who may be blamed. */
export interface AttemptContext {
  /** The unit, as messages name it. */
  readonly where: string
  /** The peers that sent results in this turn. */
  readonly senders: ReadonlySet<PeerId>
  /** Whether a rejection of this peer's output is a wrong verdict. */
  readonly isBlameless: (peer: PeerId) => boolean
  /** The engine of a peer, where results of a unit are compared; undefined where they are not. */
  readonly engineOf: (peer: PeerId) => EngineId | undefined
  /** Whether no peer handed over the unit's verified output in this turn: those whom it outvoted may be right. */
  readonly isMissed: boolean
}

/** Checks the attempts of a unit against the ones that were there before, and remembers them. @throws Broken */
export function checkAttempts({ attempts }: UnitState, seen: SeenAttempts, context: AttemptContext): void {
  const { where, senders, isBlameless } = context
  const live = new Set<PeerId>()
  const engines = new Set<EngineId>()
  let last = 0
  for (const { attempt, peer, status } of attempts) {
    hold('S3', attempt > last, () => `${where} has attempt ${attempt} after ${last}`)
    last = attempt
    if (status.state === 'awarded' || status.state === 'returned') {
      hold('S2', !live.has(peer), () => `${where} has two live attempts at ${peer.slice(-6)}`)
      live.add(peer)
    }
    const engine = status.state === 'returned' ? context.engineOf(peer) : undefined
    if (engine !== undefined) engines.add(engine)
    const known = seen.get(attempt)
    if (known === undefined) {
      seen.set(attempt, { peer, state: status.state })
    } else {
      const isRestored = context.isMissed && known.state === 'rejected' && status.state === 'void'
      const isNext = isRestored || NEXT_STATES[known.state]?.includes(status.state) === true
      const allowed = isNext && known.peer === peer
      hold('S3', allowed, () => `${where} attempt ${attempt} went from ${known.state} to ${status.state}`)
      const answered =
        ['awarded', 'void'].includes(known.state) && ['returned', 'failed', 'rejected'].includes(status.state)
      hold('S15', !answered || senders.has(peer), () => `${where}: somebody answered for ${peer.slice(-6)}`)
      known.state = status.state
    }
    hold(
      'S6',
      status.state !== 'rejected' || !isBlameless(peer),
      () => `${where}: honest ${peer.slice(-6)} is found wrong`,
    )
  }
  hold('S18', engines.size < 2, () => `${where} has results of ${[...engines].join(' and ')}`)
  hold('S14', last <= ATTEMPTS_FINE, () => `${where} was awarded ${last} times`)
  hold('S3', attempts.length === seen.size, () => `${where} forgot an attempt`)
}
