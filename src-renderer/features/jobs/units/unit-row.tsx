import type { JobStatus, PeerId, UnitView } from '#contract'
import { faultWords } from '../../../job-kinds/table.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { StableDot } from '../../../ui/identity/stable-dot.tsx'
import { unitFaultText } from '../../../state/job-words.ts'
import { UnitConsensus } from './unit-consensus.tsx'
import classes from './unit-row.module.css'

/** A unit: where it stands, who has it, and why it had to be given out again. Opened, it shows who returned what. */
export function UnitRow({
  unit,
  rowIndex,
  by,
  nameOf,
  job,
  isOpen,
  onOpen,
}: {
  readonly unit: UnitView
  /** Among the table's rows, from 1. */
  readonly rowIndex: number
  readonly by: readonly PeerId[]
  readonly nameOf: (peer: PeerId) => string
  readonly job: JobStatus
  readonly isOpen: boolean
  readonly onOpen: () => void
}) {
  const messages = useText()
  const text = messages.jobs
  const format = useFormat()
  const number = format.number(unit.index + 1)
  const { fault } = unit
  const problem =
    fault &&
    text.unitsTable[unit.state === 'verified' ? 'triedAgainDone' : 'triedAgain'](
      unitFaultText(fault, faultWords(job, messages)),
    )
  return (
    <div role="presentation" className={classes['unit']} data-is-open={isOpen}>
      <div role="row" aria-rowindex={rowIndex} className={classes['row']}>
        <span role="cell">
          <button
            type="button"
            className={classes['number']}
            aria-expanded={isOpen}
            aria-label={text.unitsTable.open(number)}
            disabled={unit.attempts === 0}
            onClick={onOpen}
          >
            {number}
          </button>
        </span>
        <span role="cell" className={classes['state']} data-state={unit.state}>
          {text.unitsTable.states[unit.state]}
        </span>
        <span role="cell" className={classes['by']}>
          {by.map((peer) => (
            <span key={peer} className={classes['person']}>
              <StableDot of={peer} size={8} />
              <span dir="auto">{nameOf(peer)}</span>
            </span>
          ))}
        </span>
        <span role="cell">
          {unit.attempts > 0 && text.unitsTable.times(unit.attempts, format.number(unit.attempts))}
        </span>
        <span role="cell">{unit.took_ms !== undefined && shortTime(unit.took_ms, format)}</span>
        {problem !== undefined && (
          <span role="cell" className={classes['problem']} title={fault?.message}>
            {problem}
          </span>
        )}
      </div>
      {isOpen && (
        <div role="row">
          <div role="cell" aria-colspan={5}>
            <UnitConsensus job={job} unit={unit} nameOf={nameOf} />
          </div>
        </div>
      )}
    </div>
  )
}

/** Units often take less than a second. */
function shortTime(ms: number, format: ReturnType<typeof useFormat>): string {
  return ms < 10_000 ? `${format.number(ms / 1_000, 2)} s` : format.duration(ms)
}
