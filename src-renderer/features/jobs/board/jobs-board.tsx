import { useMemo } from 'react'
import { Button } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import { Link } from 'wouter'
import { longestLeft, timeLeftOf } from '#contract'
import type { Format, Messages } from '#text'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { Page } from '../../../ui/layout/page.tsx'
import { Section } from '../../../ui/layout/section.tsx'
import { SkeletonList } from '../../../ui/layout/skeleton-list.tsx'
import { useNow } from '../../../ui/use-now.ts'
import { VirtualList } from '../../../ui/layout/virtual-list.tsx'
import { type JobBoard, type JobCard, jobBoard, jobsOf } from '../../../state/job-cards.ts'
import { JobRow } from './job-row.tsx'
import { kindOf, onlyForm, shownForms } from '../../../job-kinds/table.ts'
import { PictureGallery } from '../gallery/picture-gallery.tsx'
import { useOlderJobs } from './older-jobs.ts'
import { useRemovedJobs } from '../removed-jobs.tsx'
import classes from './jobs-board.module.css'

/** Height of a row of jobs, in pixels, and of the window onto many. */
const ROW_HEIGHT = 60
const ROWS_HEIGHT_MAX = 10 * ROW_HEIGHT

/** All jobs: what goes on, the gallery of finished pictures, and the rest. */
export function JobsBoard() {
  const messages = useText()
  const text = messages.jobs
  const format = useFormat()
  const isLoaded = useNode((node) => node.isLoaded)
  const jobs = useNode((node) => node.jobs)
  const { hidden } = useRemovedJobs()
  const older = useOlderJobs(jobs)
  const nowMs = useBoardNow()
  const board = useMemo(
    () =>
      jobBoard(
        [...jobs.values(), ...older.jobs].filter(({ job_id }) => !hidden.has(job_id)),
        (facts) => kindOf(facts).Thumbnail !== undefined,
      ),
    [jobs, older.jobs, hidden],
  )
  const isEmpty = board.inFlight.length + board.gallery.length + board.others.length === 0
  const EmptyBoard = shownForms()[0]?.form.EmptyBoard
  // An empty board with one form asks for the first job itself.
  const hasButton = !isEmpty || onlyForm()?.EmptyBoard === undefined
  const newJob = (
    <Button
      component={Link}
      href="/jobs/new"
      variant="filled"
      leftSection={<IconPlus size={16} aria-hidden="true" />}
    >
      {onlyForm()?.words(messages).newJob ?? text.newJob}
    </Button>
  )
  if (!isLoaded) {
    return (
      <Page title={text.inFlight}>
        <SkeletonList rows={5} height={ROW_HEIGHT} />
      </Page>
    )
  }
  return (
    <Page title={boardTitle(board, nowMs, messages, format)} actions={hasButton ? newJob : undefined}>
      {isEmpty && EmptyBoard !== undefined && <EmptyBoard />}
      {board.inFlight.length > 0 && <JobList title={text.inFlight} cards={board.inFlight} />}
      {!isEmpty && (
        <Section title={text.gallery} isCard={false}>
          {board.gallery.length > 0 ? (
            <PictureGallery cards={board.gallery} />
          ) : (
            <p className={classes['none']}>{text.galleryEmpty}</p>
          )}
        </Section>
      )}
      {board.others.length > 0 && (
        <JobList title={text.others} description={text.othersDescription} cards={board.others} />
      )}
      {older.more !== undefined && (
        <Button className={classes['older']} onClick={older.more} loading={older.isLoading}>
          {text.older}
        </Button>
      )}
    </Page>
  )
}

/** How long ago things were is said in minutes, and the time left of what runs in seconds. */
function useBoardNow(): number {
  const isRunning = useNode(({ jobs }) => [...jobs.values()].some(({ state }) => state.kind === 'running'))
  return useNow(isRunning ? 1_000 : 60_000)
}

function boardTitle(board: JobBoard, nowMs: number, messages: Messages, format: Format): string {
  const text = messages.jobs
  const busy = board.inFlight.length
  if (busy > 0) {
    const left = longestLeft(board.inFlight.map((card) => timeLeftOf(jobsOf(card), nowMs)))
    const written = format.number(busy)
    return left.kind === 'left'
      ? text.titleBusyLeft(busy, written, format.remaining(left.ms))
      : text.titleBusy(busy, written)
  }
  const finished = board.gallery.length
  if (finished > 0) return text.titleQuiet(finished, format.number(finished))
  return board.others.length > 0
    ? text.titleIdle
    : (shownForms()[0]?.form.words(messages).invite ?? text.emptyTitle)
}

function JobList({
  title,
  description,
  cards,
}: {
  readonly title: string
  readonly description?: string
  readonly cards: readonly JobCard[]
}) {
  return (
    <Section title={title} isCard={false} {...(description === undefined ? {} : { description })}>
      <div className={classes['list']}>
        <VirtualList
          items={cards}
          itemKey={({ key }) => key}
          estimateHeight={ROW_HEIGHT}
          height={ROWS_HEIGHT_MAX}
          label={title}
          render={(card) => <JobRow card={card} />}
        />
      </div>
    </Section>
  )
}
