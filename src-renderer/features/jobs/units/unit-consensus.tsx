import type { JobStatus, PeerId, UnitView } from '#contract'
import { useQuery } from '../../../connection/calls.tsx'
import { faultWords } from '../../../job-kinds/table.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { StableDot } from '../../../ui/identity/stable-dot.tsx'
import { unitFaultText } from '../../../state/job-words.ts'
import classes from './unit-consensus.module.css'

/** Enough of a fingerprint to see that two are the same or are not. */
const FINGERPRINT_LENGTH = 12

/** The newest of them say what there is to say. */
const FAULTS_SHOWN = 8

/** Peers' results and failures of a unit, and what they agree on; asked anew when the unit has changed. */
export function UnitConsensus({
  job,
  unit,
  nameOf,
}: {
  readonly job: JobStatus
  readonly unit: UnitView
  readonly nameOf: (peer: PeerId) => string
}) {
  const messages = useText()
  const text = messages.jobs.consensus
  const words = faultWords(job, messages)
  const format = useFormat()
  const answer = useQuery(
    `consensus ${job.job_id} ${unit.index} ${unit.state} ${unit.attempts}`,
    (calls, signal) => calls.jobs.consensus({ job_id: job.job_id, unit_index: unit.index }, { signal }),
  )
  if (answer.state === 'failed') return <FaultNotice message={answer.message} onRetry={answer.retry} />
  if (answer.state === 'loading') return <div className={classes['loading']} role="status" />
  const { results, faults, consensus_result, agreement_count, total_verifiers } = answer.value
  const verdictOf = (hash: string): 'counts' | 'wrong' | 'open' =>
    consensus_result === undefined ? 'open' : hash === consensus_result ? 'counts' : 'wrong'
  const [agreed, all] = [format.number(agreement_count), format.number(total_verifiers)]
  return (
    <div className={classes['consensus']}>
      <p className={classes['summary']}>
        {results.length === 0
          ? text.nobody
          : consensus_result === undefined
            ? text.notYet(agreed, all)
            : text.agreed(agreed, all)}
      </p>
      {results.length > 0 && (
        <ul className={classes['results']} aria-label={text.returned}>
          {results.map((result) => {
            const verdict = verdictOf(result.verification_hash)
            return (
              <li key={result.result_id} className={classes['result']}>
                <span className={classes['person']}>
                  <StableDot of={result.computed_by_peer} size={8} />
                  <span dir="auto">{nameOf(result.computed_by_peer)}</span>
                </span>
                <code title={result.verification_hash}>
                  {result.verification_hash.slice(-FINGERPRINT_LENGTH)}
                </code>
                <span className={classes['verdict']} data-verdict={verdict}>
                  {text[verdict]}
                </span>
                <span className={classes['dim']}>
                  {result.computation_time_seconds > 0 &&
                    `${text.took} ${format.number(result.computation_time_seconds, 2)} s`}
                </span>
              </li>
            )
          })}
        </ul>
      )}
      {faults.length > 0 && (
        <ul className={classes['results']} aria-label={text.failed}>
          {faults.slice(-FAULTS_SHOWN).map(({ peer_id, fault }, position) => (
            <li key={`${peer_id} ${position}`} className={classes['failure']}>
              <span className={classes['person']}>
                <StableDot of={peer_id} size={8} />
                <span dir="auto">{nameOf(peer_id)}</span>
              </span>
              <span title={fault.message}>
                {unitFaultText(fault, words)}{' '}
                {words[fault.kind] !== undefined && <span className={classes['said']}>{fault.message}</span>}
              </span>
            </li>
          ))}
        </ul>
      )}
    </div>
  )
}
