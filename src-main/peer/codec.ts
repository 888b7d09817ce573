import { z } from 'zod'
import { checkFit, parseAs } from '../protocol/canonical.ts'
import { assert, success, type Outcome } from '../protocol/fault.ts'
import { DurableEvent } from './event.ts'
import { ProviderSlice } from './provider/slice.ts'
import { fromJournalForm, toJournalForm } from './journal-form.ts'
import { decodeVersioned, encodeVersioned } from './record-version.ts'
import { RequesterSlice } from './requester/slice.ts'
import { withEntries } from './saved-map.ts'
import { DurableState, type PeerState } from './state.ts'
import { EVENT_UPGRADES, STATE_UPGRADES, WORK_UPGRADES } from './upgrades.ts'
import { initialView } from './view.ts'

/** One journaled event; the longest are batches of receipts and awards. */
const EVENT_BYTES_MAX = 16 << 20
/** A state, or some of its work. The parts of `state-parts.ts` are far smaller; older snapshots are one part. */
const STATE_BYTES_MAX = 1 << 30

/** An event in the journal's form. */
const JournaledEvent = z.preprocess(fromJournalForm, DurableEvent)

/** The part of a state that grows with the work: jobs and holdings, with all or some of their units. */
const Work = z.object({ jobs: RequesterSlice.shape.jobs, holdings: ProviderSlice.shape.holdings })
export type Work = z.infer<typeof Work>

/**
 * The journal's form of an event, which is parsed as it will be when it is read back: what is journaled replays. An envelope
 * in it was read where it came in, or made of what the event has.
 * @throws an error that names the event and the field when it could not be read back, which is a defect
 */
export function encodeEvent(event: DurableEvent): Uint8Array {
  const fit = checkFit(event)
  const parsed = fit.ok ? parseAs(event, DurableEvent) : fit
  if (!parsed.ok) throw new Error(`a record '${event.kind}' could not be read back: ${parsed.fault.message}`)
  const bytes = encodeVersioned(toJournalForm(event))
  assert(bytes.byteLength <= EVENT_BYTES_MAX, `a record '${event.kind}' has at most ${EVENT_BYTES_MAX} bytes`)
  return bytes
}

/** An event out of the journal. @returns `malformed` and the like for a record of another program or version */
export function decodeEvent(bytes: Uint8Array): Outcome<DurableEvent> {
  return decodeVersioned(bytes, JournaledEvent, EVENT_BYTES_MAX, EVENT_UPGRADES)
}

/** The snapshot of a state: its durable part, the same bytes for the same state. */
export function encodeState({ view: _, ...durable }: PeerState): Uint8Array {
  return encodeVersioned(withEntries(durable))
}

/** The state in a snapshot, with nothing known of the moment. */
export function decodeState(bytes: Uint8Array): Outcome<PeerState> {
  const decoded = decodeVersioned(bytes, DurableState, STATE_BYTES_MAX, STATE_UPGRADES)
  return decoded.ok ? success({ ...decoded.value, view: initialView() }) : decoded
}

/** Some of a state's jobs and holdings, with all or some of their units. */
export function encodeWork(work: Work): Uint8Array {
  return encodeVersioned(withEntries(work))
}

/** Reads what `encodeWork` made. */
export function decodeWork(bytes: Uint8Array): Outcome<Work> {
  return decodeVersioned(bytes, Work, STATE_BYTES_MAX, WORK_UPGRADES)
}
