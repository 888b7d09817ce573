import { equalBytes } from '../../protocol/canonical.ts'
import { failure, success, type Outcome } from '../../protocol/fault.ts'
import type { PeerId } from '../../protocol/ids.ts'
import type { NearbyMessage, NearbyReply, RefusalReason, ShortNumber } from '../../protocol/nearby.ts'
import { admitAsk, noteAsk, noteRefusal, type AskHistory } from './nearby-limits.ts'

/** Both users must have compared the numbers within this time. */
export const NEARBY_ATTEMPT_MS = 2 * 60_000
/** The asking peer reveals its nonce as soon as it has the other's. */
const REVEAL_MS = 15_000
/** Tries that may be known at once, by whichever side: a user compares one number after the other. */
export const NEARBY_ATTEMPTS_MAX = 4
/** Those of them that others began: the user can always begin one. */
export const NEARBY_ASKED_MAX = 2

/** How the numbers are made; SHA-256 and HMAC, as functions of nothing but their arguments. */
export interface NearbyHashes {
  /** The commitment to the initiator's nonce, between these two. */
  commitment(nonce: Uint8Array, initiator: PeerId, responder: PeerId): Uint8Array
  /** The six digits of both nonces, between these two. */
  number(nonces: NearbyNonces, initiator: PeerId, responder: PeerId): ShortNumber
}

/** The nonces of both sides. */
export interface NearbyNonces {
  readonly initiator: Uint8Array
  readonly responder: Uint8Array
}

/** How a try ended. */
export type NearbyEnd = 'paired' | RefusalReason | 'expired' | 'broken'

/** How far a try has come. */
export type NearbyStage =
  /** This side began and waits for the other's nonce. */
  | { readonly stage: 'asking'; readonly nonce: Uint8Array }
  /** This side has revealed its nonce and waits for the committed one. Nothing is shown yet. */
  | { readonly stage: 'asked'; readonly nonce: Uint8Array; readonly commitment: Uint8Array }
  /** Both users see the number. `mine` is this user's yes and trust, `theirs` the other's, with its addresses. */
  | {
      readonly stage: 'comparing'
      readonly number: ShortNumber
      readonly mine?: { readonly trust: number }
      readonly theirs?: { readonly addresses: readonly string[] }
    }
  /** Over; kept until `expiresAtMs` so that the user sees how. `byThem` when the other side ended it. */
  | { readonly stage: 'ended'; readonly how: NearbyEnd; readonly byThem: boolean }

/** One try to pair with one peer. */
export interface NearbyAttempt {
  readonly peer: PeerId
  readonly name: string
  readonly role: 'initiator' | 'responder'
  readonly id: Uint8Array
  /** The other side's address, for the pause after too many requests. */
  readonly host: string
  readonly expiresAtMs: number
  readonly at: NearbyStage
}

/** All tries and recent requests. Kept in memory only: a restart ends every try. */
export interface NearbyPairings extends AskHistory {
  readonly me: PeerId
  readonly attempts: Map<PeerId, NearbyAttempt>
}

/** Who becomes a contact: both users have said yes. */
export interface NearbyPair {
  readonly peer: PeerId
  readonly name: string
  readonly addresses: readonly string[]
  readonly trust: number
}

type Message<K extends NearbyMessage['kind']> = Extract<NearbyMessage, { kind: K }>

/** No tries yet. */
export function noPairings(me: PeerId): NearbyPairings {
  return { me, attempts: new Map(), asks: [] }
}

/** A try that is not over. */
type LiveAttempt = NearbyAttempt & { readonly at: Exclude<NearbyStage, { stage: 'ended' }> }

/** Whether a try is not over. */
export function isLive(attempt: NearbyAttempt | undefined): attempt is LiveAttempt {
  return attempt !== undefined && attempt.at.stage !== 'ended'
}

/**
 * This user wants to pair with a peer nearby.
 * @returns the question to send, or `too-busy` when a try with them, or too many others, are under way
 */
export function beginPairing(
  state: NearbyPairings,
  {
    hashes,
    ...begun
  }: Pick<NearbyAttempt, 'peer' | 'name' | 'id' | 'host'> & {
    readonly nonce: Uint8Array
    readonly myName: string
    readonly nowMs: number
    readonly hashes: NearbyHashes
  },
): Outcome<Message<'ask'>> {
  const { peer, name, id, host, nonce, nowMs, myName } = begun
  const room = admitAttempt(state, peer)
  if (!room.ok) return room
  const expiresAtMs = nowMs + NEARBY_ATTEMPT_MS
  const at = { stage: 'asking', nonce } as const
  state.attempts.set(peer, { peer, name, role: 'initiator', id, host, expiresAtMs, at })
  const commitment = hashes.commitment(nonce, state.me, peer)
  return success({ kind: 'ask', attempt: id, commitment, name: myName })
}

/**
 * A peer nearby wants to pair. When both begin at once, the try of the smaller peer id goes on.
 * @returns the answer, or `too-busy` for a peer that asks too often
 */
export function answerAsk(
  state: NearbyPairings,
  {
    from,
    host,
    message,
    nonce,
    nowMs,
    myName,
  }: {
    readonly from: PeerId
    readonly host: string
    readonly message: Message<'ask'>
    readonly nonce: Uint8Array
    readonly nowMs: number
    readonly myName: string
  },
): Outcome<NearbyReply> {
  const known = state.attempts.get(from)
  if (isLive(known) && known.at.stage === 'asking') {
    if (state.me < from) return success({ kind: 'mine-first' })
    state.attempts.delete(from)
  }
  const room = admitAttempt(state, from)
  if (!room.ok) return room
  if (
    [...state.attempts.values()].filter((one) => isLive(one) && one.role === 'responder').length >=
    NEARBY_ASKED_MAX
  )
    return failure('too-busy', 'others are being asked there; try again later')
  const admitted = admitAsk(state, host, nowMs)
  if (!admitted.ok) return admitted
  noteAsk(state, host, nowMs)
  const { attempt: id, commitment, name } = message
  const expiresAtMs = nowMs + REVEAL_MS
  const at = { stage: 'asked', nonce, commitment } as const
  state.attempts.set(from, { peer: from, name, role: 'responder', id, host, expiresAtMs, at })
  return success({ kind: 'nonce', nonce, name: myName })
}

/**
 * The other side's nonce has come, so this one's may be revealed.
 * @returns what to send, and the number to show once it has arrived; `stale` for a try that is over
 */
export function takeNonce(
  state: NearbyPairings,
  peer: PeerId,
  id: Uint8Array,
  theirs: Uint8Array,
  hashes: NearbyHashes,
): Outcome<{ readonly reveal: Message<'reveal'>; readonly number: ShortNumber }> {
  const attempt = attemptOf(state, peer, id)
  if (attempt?.at.stage !== 'asking') return stale()
  const { nonce } = attempt.at
  const number = hashes.number({ initiator: nonce, responder: theirs }, state.me, peer)
  return success({ reveal: { kind: 'reveal', attempt: id, nonce }, number })
}

/** The other side has the nonce: the number is shown. `stale` for a try that is over. */
export function showNumber(
  state: NearbyPairings,
  peer: PeerId,
  id: Uint8Array,
  number: ShortNumber,
): Outcome<null> {
  const attempt = attemptOf(state, peer, id)
  if (attempt?.at.stage !== 'asking') return stale()
  state.attempts.set(peer, { ...attempt, at: { stage: 'comparing', number } })
  return success(null)
}

/**
 * The committed nonce has come; the number is shown from now on. Another nonce ends the try: its sender wanted to
 * choose the number.
 */
export function takeReveal(
  state: NearbyPairings,
  from: PeerId,
  { attempt: id, nonce }: Message<'reveal'>,
  hashes: NearbyHashes,
): Outcome<NearbyReply> {
  const attempt = attemptOf(state, from, id)
  if (attempt?.at.stage !== 'asked') return stale()
  const { commitment, nonce: mine } = attempt.at
  if (!equalBytes(hashes.commitment(nonce, from, state.me), commitment)) {
    endAttempt(state, from, 'broken', true)
    return failure('malformed', 'this is not the number that was committed to')
  }
  const number = hashes.number({ initiator: nonce, responder: mine }, from, state.me)
  const expiresAtMs = attempt.expiresAtMs - REVEAL_MS + NEARBY_ATTEMPT_MS
  state.attempts.set(from, { ...attempt, expiresAtMs, at: { stage: 'comparing', number } })
  return success({ kind: 'taken' })
}

/**
 * This user says that the other screen shows this number, and how far they trust the other peer.
 * @returns the try's name to say so to the other side; `stale` when another number is shown by now
 */
export function sayMatch(
  state: NearbyPairings,
  peer: PeerId,
  number: ShortNumber,
  trust: number,
): Outcome<{ readonly id: Uint8Array; readonly pair?: NearbyPair }> {
  const attempt = state.attempts.get(peer)
  if (attempt?.at.stage !== 'comparing' || attempt.at.number !== number) return stale()
  const next = { ...attempt, at: { ...attempt.at, mine: { trust } } }
  state.attempts.set(peer, next)
  const pair = pairIfBoth(state, next)
  return success({ id: attempt.id, ...(pair === undefined ? {} : { pair }) })
}

/** The other side's user says that the numbers are the same. @returns the pair once this user has said so too */
export function hearMatch(
  state: NearbyPairings,
  from: PeerId,
  id: Uint8Array,
  addresses: readonly string[],
): Outcome<{ readonly said: boolean; readonly pair?: NearbyPair }> {
  const attempt = attemptOf(state, from, id)
  if (attempt?.at.stage === 'ended' && attempt.at.how === 'paired') return success({ said: true })
  if (attempt?.at.stage !== 'comparing') return stale()
  const next = { ...attempt, at: { ...attempt.at, theirs: { addresses } } }
  state.attempts.set(from, next)
  const pair = pairIfBoth(state, next)
  return success({ said: next.at.mine !== undefined, ...(pair === undefined ? {} : { pair }) })
}

function pairIfBoth(state: NearbyPairings, attempt: NearbyAttempt): NearbyPair | undefined {
  const { peer, name, at } = attempt
  if (at.stage !== 'comparing' || at.mine === undefined || at.theirs === undefined) return undefined
  endAttempt(state, peer, 'paired', false)
  return { peer, name, addresses: at.theirs.addresses, trust: at.mine.trust }
}

/** This user says no, or saw another number, or puts a try away that is over. @returns what to tell the other side */
export function refusePairing(
  state: NearbyPairings,
  peer: PeerId,
  reason: RefusalReason,
  nowMs: number,
): Message<'end'> | undefined {
  const attempt = state.attempts.get(peer)
  state.attempts.delete(peer)
  if (!isLive(attempt)) return undefined
  if (attempt.role === 'responder' && reason === 'declined') noteRefusal(state, attempt.host, nowMs)
  return { kind: 'end', attempt: attempt.id, reason }
}

/** The other side's user wants no pairing. `stale` for a try that is over. */
export function hearEnd(
  state: NearbyPairings,
  from: PeerId,
  { attempt: id, reason }: Message<'end'>,
): Outcome<NearbyReply> {
  if (!isLive(attemptOf(state, from, id))) return stale()
  endAttempt(state, from, reason, true)
  return success({ kind: 'taken' })
}

/** A try cannot go on: the other side is gone, refuses, or does not keep to the rules. */
export function breakAttempt(state: NearbyPairings, peer: PeerId, id: Uint8Array): void {
  if (isLive(attemptOf(state, peer, id))) endAttempt(state, peer, 'broken', true)
}

/** A try failed before a number was shown; the user that began it is told in another way. */
export function dropAttempt(state: NearbyPairings, peer: PeerId, id: Uint8Array): void {
  if (attemptOf(state, peer, id) !== undefined) state.attempts.delete(peer)
}

/** Ends pairing attempts whose numbers were not compared in time; removes them after the same time again. @returns whether any changed */
export function expireAttempts(state: NearbyPairings, nowMs: number): boolean {
  let isAny = false
  for (const attempt of [...state.attempts.values()]) {
    const leftMs = attempt.expiresAtMs - nowMs
    // A clock that was set back makes no try last longer.
    if (leftMs > 0 && leftMs <= NEARBY_ATTEMPT_MS) continue
    isAny = true
    if (!isLive(attempt) || attempt.at.stage === 'asked') state.attempts.delete(attempt.peer)
    else {
      const at = { stage: 'ended', how: 'expired', byThem: false } as const
      state.attempts.set(attempt.peer, { ...attempt, at, expiresAtMs: nowMs + NEARBY_ATTEMPT_MS })
    }
  }
  return isAny
}

function endAttempt(state: NearbyPairings, peer: PeerId, how: NearbyEnd, byThem: boolean): void {
  const attempt = state.attempts.get(peer)
  if (attempt !== undefined) state.attempts.set(peer, { ...attempt, at: { stage: 'ended', how, byThem } })
}

/** Whether a try may begin; one that is over makes room. */
function admitAttempt(state: NearbyPairings, peer: PeerId): Outcome<null> {
  if (isLive(state.attempts.get(peer))) return failure('too-busy', 'a try to pair is under way already')
  state.attempts.delete(peer)
  if (state.attempts.size < NEARBY_ATTEMPTS_MAX) return success(null)
  const over = [...state.attempts.values()].find((attempt) => !isLive(attempt))
  if (over === undefined) return failure('too-busy', 'too many tries to pair are under way')
  state.attempts.delete(over.peer)
  return success(null)
}

function attemptOf(state: NearbyPairings, peer: PeerId, id: Uint8Array): NearbyAttempt | undefined {
  const attempt = state.attempts.get(peer)
  return attempt !== undefined && equalBytes(attempt.id, id) ? attempt : undefined
}

function stale(): ReturnType<typeof failure> {
  return failure('stale', 'this try to pair is over; begin again')
}
