import { encodeEvent } from '../peer/codec.ts'
import type { DurableEvent } from '../peer/event.ts'
import type { NewRecord } from '../ports/journal.ts'

/**
 * The journal's record of an event; what another peer or this one signed is evidence.
 * @throws an error for an event that could not be read back
 */
export function recordOf(event: DurableEvent): NewRecord {
  const bytes = encodeEvent(event)
  if ((event.kind !== 'results-received' && event.kind !== 'verdict-received') || !event.envelope)
    return { bytes }
  return { bytes, evidence: { job: event.job_id, atMs: Math.round(event.at_ms) } }
}
