import { useMemo, useRef, useState } from 'react'
import { SegmentedControl } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import type { JobStatus, PeerId, UnitView } from '#contract'
import { useStream } from '../../../connection/calls.tsx'
import { useNode } from '../../../state/node-store.ts'
import { useFormat, useText } from '../../../state/text.tsx'
import { FaultNotice } from '../../../ui/notices/fault-notice.tsx'
import { EMPTY_BOOK, type UnitFilter, unitIndexes, untouchedUnit, withUnitNews } from './unit-book.ts'
import { UnitRow } from './unit-row.tsx'
import classes from './units-table.module.css'

const ROW_HEIGHT = 40
const OVERSCAN = 12
/** Browsers draw no element that is higher than some thirty million pixels. */
const ROWS_MAX = 500_000

/** All units of a job, of which only those that are seen are drawn. */
export function UnitsTable({ job }: { readonly job: JobStatus }) {
  const text = useText().jobs.unitsTable
  const format = useFormat()
  const [book, setBook] = useState(EMPTY_BOOK)
  const [filter, setFilter] = useState<UnitFilter>('all')
  const [opened, setOpened] = useState<number>()
  const stream = useStream(
    `units ${job.job_id}`,
    (calls, signal) => calls.jobs.watchUnits({ job_id: job.job_id }, { signal }),
    (news) => setBook((before) => withUnitNews(before, news)),
  )
  const shown = useMemo(() => unitIndexes(book, filter, job.redundancy), [book, filter, job.redundancy])
  const nameOf = useNames(job)
  const filters: readonly UnitFilter[] = ['all', 'running', 'troubled']
  return (
    <div className={classes['units']}>
      <SegmentedControl
        size="xs"
        aria-label={text.filter}
        data={filters.map((value) => ({ value, label: text[value] }))}
        value={filter}
        onChange={setFilter}
        className={classes['filter']}
      />
      {stream.state === 'failed' && <FaultNotice message={stream.message} onRetry={stream.retry} />}
      <UnitRows
        count={Math.min(shown.count, ROWS_MAX)}
        unitAt={(row) => {
          const index = shown.at(row)
          return book.units.get(index) ?? untouchedUnit(index)
        }}
        peers={book.peers}
        nameOf={nameOf}
        job={job}
        opened={opened}
        onOpen={(index) => setOpened(index === opened ? undefined : index)}
      />
      {shown.count > ROWS_MAX && <p className={classes['none']}>{text.shown(format.number(ROWS_MAX))}</p>}
    </div>
  )
}

/** The rows that are seen; one of them may be opened and is then higher. */
function UnitRows({
  count,
  unitAt,
  peers,
  nameOf,
  job,
  opened,
  onOpen,
}: {
  readonly count: number
  readonly unitAt: (row: number) => UnitView
  readonly peers: readonly PeerId[]
  readonly nameOf: (peer: PeerId) => string
  readonly job: JobStatus
  readonly opened: number | undefined
  readonly onOpen: (index: number) => void
}) {
  const text = useText().jobs.unitsTable
  const scroller = useRef<HTMLDivElement>(null)
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (row) => unitAt(row).index,
    overscan: OVERSCAN,
  })
  if (count === 0) return <p className={classes['none']}>{text.none}</p>
  return (
    <div role="table" aria-label={text.title} aria-rowcount={count + 1} className={classes['table']}>
      <div role="rowgroup">
        <div role="row" aria-rowindex={1} className={classes['head']}>
          {[text.number, text.state, text.by, text.attempts, text.took].map((name) => (
            <span key={name} role="columnheader">
              {name}
            </span>
          ))}
        </div>
      </div>
      <div ref={scroller} role="rowgroup" className={classes['scroller']}>
        <div role="presentation" className={classes['space']} style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((row) => {
            const unit = unitAt(row.index)
            return (
              <div
                key={row.key}
                ref={virtual.measureElement}
                data-index={row.index}
                role="presentation"
                className={classes['place']}
                style={{ transform: `translateY(${row.start}px)` }}
              >
                <UnitRow
                  unit={unit}
                  rowIndex={row.index + 2}
                  by={unit.by.flatMap((position) => peers[position] ?? [])}
                  nameOf={nameOf}
                  job={job}
                  isOpen={unit.index === opened}
                  onOpen={() => onOpen(unit.index)}
                />
              </div>
            )
          })}
        </div>
      </div>
    </div>
  )
}

/** Names of a job's peers; for peers that are gone, the end of their key. */
function useNames(job: JobStatus): (peer: PeerId) => string {
  const people = useNode((node) => node.people)
  return useMemo(() => {
    const known = new Map(job.by_peer.map(({ peer_id, name }) => [peer_id, name]))
    return (peer) => known.get(peer) ?? people.get(peer)?.name ?? `…${peer.slice(-6)}`
  }, [job.by_peer, people])
}
