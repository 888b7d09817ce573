import { IconMovie } from '@tabler/icons-react'
import { Link } from 'wouter'
import type { MadeBy } from '#contract'
import type { Format, Messages } from '#text'
import { useFormat, useText } from '../../../state/text.tsx'
import { coverOf, type JobCard, jobsOf, makersOf } from '../../../state/job-cards.ts'
import { cardName } from '../../../state/job-words.ts'
import { PlacedThumbnail } from '../../../job-kinds/placed-thumbnail.tsx'
import { kindOf } from '../../../job-kinds/table.ts'
import classes from './picture-card.module.css'

/** A finished picture in the gallery, or the frames of an animation as one. */
export function PictureCard({ card }: { readonly card: JobCard }) {
  const messages = useText()
  const text = messages.jobs
  const format = useFormat()
  const cover = coverOf(card)
  if (cover === undefined) return null
  const { Thumbnail, figures } = kindOf(cover.facts)
  /** Size and quality, as the kind tells them first on the job's page. */
  const [made] = figures(cover.facts, messages, format)
  const name = cardName(card)
  const tookMs = jobsOf(card).reduce((most, job) => Math.max(most, job.wall_ms), 0)
  const makers = makersText(makersOf(card), text, format)
  const endedAt = cover.submitted_at_ms + tookMs
  return (
    <Link href={`/jobs/${cover.job_id}`} className={classes['card']}>
      <div className={classes['picture']}>
        {Thumbnail !== undefined && <PlacedThumbnail of={Thumbnail} jobId={cover.job_id} name={name} />}
      </div>
      <div className={classes['words']}>
        <span className={classes['name']} dir="auto" title={name}>
          <span className="visually-hidden">{text.openJob(name)}</span>
          <span aria-hidden="true">{name}</span>
        </span>
        {made !== undefined && (
          <span className={classes['facts']}>
            {made.note === undefined ? made.value : `${made.value} · ${made.note}`}
          </span>
        )}
        <span className={classes['facts']}>{text.tookAgo(format.duration(tookMs), format.ago(endedAt))}</span>
        {makers !== undefined && (
          <span className={classes['facts']} dir="auto" title={makers}>
            {makers}
          </span>
        )}
      </div>
      {card.kind === 'series' && (
        <span className={classes['badge']}>
          <IconMovie size={14} aria-hidden="true" />
          {text.frames(card.count, format.number(card.count))}
        </span>
      )}
    </Link>
  )
}

/** By whom, as in “by Bob, Cy and this PC”. */
function makersText(made: MadeBy | undefined, text: Messages['jobs'], format: Format): string | undefined {
  if (made === undefined) return undefined
  const { makers, others } = made
  const names = makers.map(({ name, is_self }) => (is_self ? text.thisPc : name))
  return text.madeBy(
    format.list(others === 0 ? names : [...names, text.andOthers(others, format.number(others))]),
  )
}
