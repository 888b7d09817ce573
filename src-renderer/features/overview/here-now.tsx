import { useMemo } from 'react'
import type { UnitHere, WorkingFor } from '#contract'
import { kindWords } from '#text'
import { algorithmWords } from '../../job-kinds/table.ts'
import { useNode } from '../../state/node-store.ts'
import { useFormat, useText } from '../../state/text.tsx'
import { Section } from '../../ui/layout/section.tsx'
import { StableDot } from '../../ui/identity/stable-dot.tsx'
import { useNow } from '../../ui/use-now.ts'
import classes from './here-now.module.css'

/** More cards would push everything else out of sight. */
const CARDS_MAX = 6
/** Units that take less are shown by whose they are, and not one by one: nobody reads a card that is gone at once. */
const SHORT_MS = 3_000
/** For how long a unit has been running is told by the second. */
const TICK_MS = 1_000

/** The units that run on this PC now, and whose they are. */
export function HereNow() {
  const text = useText().overview.here
  const units = useNode((node) => node.unitsHere)
  const isSharing = useNode((node) => node.sharing?.kind === 'sharing')
  const workingFor = useNode((node) => node.workingFor)
  const nowMs = useNow(TICK_MS)
  const sorted = useMemo(
    () =>
      [...units].sort(
        (a, b) =>
          (a.started_at_ms ?? Infinity) - (b.started_at_ms ?? Infinity) ||
          a.job_id.localeCompare(b.job_id) ||
          a.unit_index - b.unit_index,
      ),
    [units],
  )
  const held = new Set(workingFor.map(({ requester }) => requester))
  const cards = sorted.filter((unit) => !held.has(unit.requester) || isLong(unit, nowMs))
  const carded = new Set(cards.map(({ requester }) => requester))
  const rows = workingFor.filter(({ requester }) => !carded.has(requester))
  const shown = Math.max(0, CARDS_MAX - rows.length)
  return (
    <Section title={text.title} isCard={false}>
      {cards.length + rows.length === 0 ? (
        <p className={classes['none']}>{isSharing ? text.none.sharing : text.none.resting}</p>
      ) : (
        <ul className={classes['units']}>
          {rows.slice(0, CARDS_MAX).map((work) => (
            <li key={`${work.requester} ${work.kind}`}>
              <WorkRow work={work} />
            </li>
          ))}
          {cards.slice(0, shown).map((unit) => (
            <li key={`${unit.requester} ${unit.job_id} ${unit.unit_index}`}>
              <UnitCard unit={unit} />
            </li>
          ))}
        </ul>
      )}
      {cards.length > shown && <p className={classes['more']}>{text.more(cards.length - shown)}</p>}
    </Section>
  )
}

/** Whether a unit has run, or will still run, for as long as one takes to read its card. */
function isLong({ started_at_ms, left_ms_estimate = 0 }: UnitHere, nowMs: number): boolean {
  return left_ms_estimate >= SHORT_MS || (started_at_ms !== undefined && nowMs - started_at_ms >= SHORT_MS)
}

/** Short units of one person, which come and go too fast to be shown one by one. */
function WorkRow({ work }: { readonly work: WorkingFor }) {
  const messages = useText()
  const text = messages.overview.here
  return (
    <div className={classes['unit']}>
      <StableDot of={work.requester} size={12} />
      <div className={classes['words']}>
        <p className={classes['whose']} dir="auto">
          {work.is_own ? text.own : kindWords(messages, work.kind)(work.name ?? text.somebody)}
        </p>
        <p className={classes['what']}>{text.partByPart}</p>
      </div>
    </div>
  )
}

function UnitCard({ unit }: { readonly unit: UnitHere }) {
  const messages = useText()
  const text = messages.overview.here
  const format = useFormat()
  const name = useNode((node) => node.people.get(unit.requester)?.name)
  const whose = unit.is_own ? text.own : text.for(name ?? text.somebody)
  const what =
    unit.algorithm_id === undefined
      ? messages.jobKinds.other.hereUnknown
      : algorithmWords(unit.algorithm_id, messages).here
  const index = text.unit(format.number(unit.unit_index + 1))
  return (
    <div className={classes['unit']}>
      <StableDot of={unit.requester} size={12} />
      <div className={classes['words']}>
        <p className={classes['whose']} dir="auto">
          {whose}
        </p>
        <p className={classes['what']}>
          {what}, {index}
        </p>
      </div>
      <p className={classes['time']}>
        <UnitTime unit={unit} />
      </p>
      <div
        role="progressbar"
        aria-label={text.progress(`${whose}, ${index}`)}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={Math.round(unit.fraction * 100)}
        className={classes['track']}
      >
        <div className={classes['bar']} style={{ transform: `scaleX(${unit.fraction})` }} />
      </div>
    </div>
  )
}

function UnitTime({ unit }: { readonly unit: UnitHere }) {
  const text = useText().overview.here
  const format = useFormat()
  const nowMs = useNow(TICK_MS)
  const { left_ms_estimate, started_at_ms } = unit
  if (started_at_ms === undefined) return text.starting
  // An estimate that has run out says nothing any more.
  if (left_ms_estimate !== undefined && left_ms_estimate > 0)
    return text.left(format.remaining(left_ms_estimate))
  return text.since(format.duration(Math.max(0, nowMs - started_at_ms)))
}
