import { decodeEvent } from '../peer/codec.ts'
import { initialState, type PeerState } from '../peer/state.ts'
import { initialView } from '../peer/view.ts'
import { decodeStateParts } from '../peer/state-parts.ts'
import { step } from '../peer/step.ts'
import { refuse } from '../protocol/fault.ts'
import type { JobId, PeerId } from '../protocol/ids.ts'
import type { Journal } from '../ports/journal.ts'

/**
 * The state that a journal describes: the newest snapshot and the events after it, replayed without their effects.
 *
 * @returns the state, the number of its last record (0 for a new peer), and jobs that were removed since the snapshot: the
 *   process may have ended before anything but the journal heard of it
 * @throws FaultError `storage-failed` for a record that this program does not understand: guessing would lose work
 */
export function restore(
  journal: Pick<Journal, 'latestSnapshot' | 'readAfter'>,
  me: PeerId,
  name: string,
): { state: PeerState; sequence: number; removed: readonly JobId[] } {
  let state = initialState(me, name)
  let sequence = 0
  const removed = new Set<JobId>()
  const snapshot = journal.latestSnapshot()
  if (snapshot !== undefined) {
    const decoded = decodeStateParts(snapshot.parts)
    if (!decoded.ok) refuse('storage-failed', `the snapshot does not decode: ${decoded.fault.message}`)
    const { me: owner } = decoded.value
    if (owner !== me)
      refuse(
        'storage-failed',
        `this data folder belongs to ${owner}, and its key is of ${me}: put back the other key`,
      )
    state = decoded.value
    sequence = snapshot.sequence
  }
  for (const record of journal.readAfter(sequence)) {
    const event = decodeEvent(record.bytes)
    if (!event.ok) refuse('storage-failed', `journal record ${record.sequence}: ${event.fault.message}`)
    for (const effect of step(state, event.value).effects)
      if (effect.kind === 'job-removed') removed.add(effect.job)
    sequence = record.sequence
  }
  // The view that replaying left is long out of date.
  const { jobs } = state.requester
  return {
    state: { ...state, view: initialView() },
    sequence,
    removed: [...removed].filter((id) => !jobs.has(id)),
  }
}
