import type { JobStatus, PeerShare } from '#contract'
import { awayWords } from '../../../state/away-words.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { StableDot } from '../../../ui/identity/stable-dot.tsx'
import { useColorOf } from '../../../ui/identity/own-key.tsx'
import classes from './people-strip.module.css'

/** People that are shown: three rows; of a crowd the rest is counted. */
const PEOPLE_MAX = 12

/** Who works on a running job, and what each does of it right now. */
export function PeopleStrip({ job }: { readonly job: JobStatus }) {
  const text = useText().jobs
  const format = useFormat()
  if (job.by_peer.length === 0) return <p className={classes['nobody']}>{text.who.nobody}</p>
  const verified = job.by_peer.reduce((sum, share) => sum + share.verified_units, 0)
  const people = [...job.by_peer].sort(
    (a, b) => b.running_units - a.running_units || b.verified_units - a.verified_units,
  )
  // The last place says how many more there are.
  const shown = people.length > PEOPLE_MAX ? PEOPLE_MAX - 1 : people.length
  return (
    <ul className={classes['strip']}>
      {people.slice(0, shown).map((share) => (
        <PersonCard
          key={share.peer_id}
          share={share}
          fraction={verified === 0 ? 0 : share.verified_units / verified}
          format={format}
        />
      ))}
      {shown < people.length && (
        <li className={classes['others']}>{text.who.others(format.number(people.length - shown))}</li>
      )}
    </ul>
  )
}

function PersonCard({
  share,
  fraction,
  format,
}: {
  readonly share: PeerShare
  readonly fraction: number
  readonly format: ReturnType<typeof useFormat>
}) {
  const {
    jobs: { who },
    people,
  } = useText()
  const colorOf = useColorOf()
  return (
    <li
      className={classes['person']}
      data-is-resting={share.running_units === 0 || share.away !== undefined}
      title={share.short_name}
    >
      <div className={classes['head']}>
        <StableDot of={share.peer_id} />
        <span className={classes['name']} dir="auto">
          {share.name}
        </span>
        {share.is_self && <span className={classes['dim']}>{who.you}</span>}
      </div>
      <span className={classes['doing']}>
        {share.away !== undefined
          ? awayWords(share.away, people.away, format)
          : share.running_units === 0
            ? who.resting
            : who.running(share.running_units, format.number(share.running_units))}
      </span>
      <span className={classes['track']} aria-hidden="true">
        <span
          className={classes['bar']}
          style={{ transform: `scaleX(${fraction})`, background: colorOf(share.peer_id) }}
        />
      </span>
      <span className={classes['dim']}>{who.madeShare(format.percent(fraction))}</span>
    </li>
  )
}
