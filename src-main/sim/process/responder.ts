import {
  admitAward,
  admitHandBack,
  admitResults,
  admitSettlement,
  admitWithdrawal,
} from '../../peer/admission.ts'
import type { PeerEvent } from '../../peer/event.ts'
import { admitPairing } from '../../peer/pairing/pairing.ts'
import type { PeerState } from '../../peer/state.ts'
import type { Fault } from '../../protocol/fault.ts'
import type { Cid, PeerId } from '../../protocol/ids.ts'
import type { JobManifest } from '../../protocol/work.ts'
import type { Character } from '../character.ts'
import {
  arrived,
  type Letter,
  type Message,
  type Publication,
  type Reply,
  type StoreName,
} from '../message.ts'
import type { Disk } from './disk.ts'

/** Answers one message of another peer. */
export type Responder = (from: PeerId, message: Message, reply: (reply: Reply) => void) => void

/** The responder's surroundings. */
export interface ResponderDependencies {
  /** The name that this peer tells when it pairs. */
  readonly name: string
  readonly state: PeerState
  readonly disk: Disk
  readonly character: Character
  readonly manifests: ReadonlyMap<Cid, JobManifest>
  readonly nowMs: () => number
  /** Hands an event over; `done` when it is in the journal and its effects are under way. */
  readonly dispatch: (event: PeerEvent, done?: () => void) => void
  /** The newest own publication of a store, if any. */
  readonly published: (store: StoreName) => Publication | undefined
  /** A message is about to be acknowledged. */
  readonly taken: (from: PeerId, message: Message) => void
}

/** Creates the responder of one run of a peer's program: it admits messages by the brain's rules, as the runtime does. */
export function createResponder(dependencies: ResponderDependencies): Responder {
  const { state, disk, character, manifests } = dependencies
  return (from, message, reply) => {
    const refuse = (fault: Fault): void => reply({ kind: 'refused', fault })
    if (message.kind === 'pair') return acceptPairing(dependencies, from, message, reply)
    if (message.kind === 'get-published') {
      return reply({ kind: 'published', publication: dependencies.published(message.store) })
    }
    if (!state.pairing.contacts.has(from)) return refuse({ kind: 'unknown-peer', message: 'not paired' })
    if (message.kind === 'get-blob') {
      const isHidden = character.kind === 'withholder' && !manifests.has(message.cid)
      if (disk.blobs.has(message.cid) && !isHidden) return reply({ kind: 'taken' })
      return refuse({ kind: 'blob-missing', message: 'not here' })
    }
    takeLetter(dependencies, from, message, refuse, () => {
      dependencies.taken(from, message)
      reply({ kind: 'taken' })
    })
  }
}

/** Dispatches an admitted letter. `taken` follows when it is safe here, at once where it needs no event. */
function takeLetter(
  { state, nowMs, dispatch }: ResponderDependencies,
  from: PeerId,
  letter: Letter,
  refuse: (fault: Fault) => void,
  taken: () => void,
): void {
  switch (letter.kind) {
    case 'award': {
      const admitted = admitAward(state, from, letter.award, nowMs())
      if (!admitted.ok) return refuse(admitted.fault)
      return dispatch(arrived(from, letter, nowMs()), taken)
    }
    case 'results': {
      const admitted = admitResults(state, from, letter.job, letter.receipts)
      if (!admitted.ok) return refuse(admitted.fault)
      if (admitted.value.length === 0) return taken()
      return dispatch(arrived(from, { ...letter, receipts: admitted.value }, nowMs()), taken)
    }
    case 'withdraw':
      if (!admitWithdrawal(state, from, letter.job, letter.units)) return taken()
      return dispatch(arrived(from, letter, nowMs()), taken)
    case 'settled':
      if (!admitSettlement(state, from, letter.job)) return taken()
      return dispatch(arrived(from, letter, nowMs()), taken)
    case 'recall':
      return dispatch(arrived(from, letter, nowMs()), taken)
    case 'hand-back': {
      const units = admitHandBack(state, from, letter.job, letter.units)
      if (units.length === 0) return taken()
      return dispatch(arrived(from, { ...letter, units }, nowMs()), taken)
    }
  }
}

function acceptPairing(
  { name: ownName, state, nowMs, dispatch }: ResponderDependencies,
  from: PeerId,
  message: Message & { kind: 'pair' },
  reply: (reply: Reply) => void,
): void {
  const admitted = admitPairing(state, message.secretHash, from, nowMs())
  if (!admitted.ok) return reply({ kind: 'refused', fault: admitted.fault })
  const { secretHash: secret_hash, name } = message
  const paired = { at_ms: nowMs(), peer: from, name, addresses: [], trust: admitted.value, secret_hash }
  dispatch({ kind: 'paired', ...paired }, () =>
    dispatch({ kind: 'connected', at_ms: nowMs(), peer: from }, () =>
      reply({ kind: 'paired', name: ownName }),
    ),
  )
}
