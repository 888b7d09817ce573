import { Table } from '@mantine/core'
import type { JobStatus, PeerShare } from '#contract'
import { useFormat, useText } from '../../../state/text.tsx'
import { StableDot } from '../../../ui/identity/stable-dot.tsx'
import { useColorOf } from '../../../ui/identity/own-key.tsx'
import classes from './people-table.module.css'

/** Who made a finished job: what of each counts, and what did not. */
export function PeopleTable({ job }: { readonly job: JobStatus }) {
  const colorOf = useColorOf()
  const { who } = useText().jobs
  const format = useFormat()
  if (job.by_peer.length === 0) return <p className={classes['nobody']}>{who.nobody}</p>
  const verified = job.by_peer.reduce((sum, share) => sum + share.verified_units, 0)
  const ranOut = job.by_peer.some(({ timed_out = 0 }) => timed_out > 0)
  const fractionOf = (share: PeerShare): number => (verified === 0 ? 0 : share.verified_units / verified)
  return (
    <>
      <div className={classes['shares']} aria-hidden="true">
        {job.by_peer
          .filter(({ verified_units }) => verified_units > 0)
          .map((share) => (
            <span
              key={share.peer_id}
              style={{ flexGrow: share.verified_units, background: colorOf(share.peer_id) }}
            />
          ))}
      </div>
      {/* What scrolls must be reachable by keyboard. */}
      <Table.ScrollContainer minWidth={600} maxHeight={440} type="native" tabIndex={0}>
        <Table stickyHeader>
          <Table.Thead>
            <Table.Tr>
              <Table.Th>{who.person}</Table.Th>
              <Table.Th className={classes['number']}>{who.share}</Table.Th>
              <Table.Th className={classes['number']}>{who.verified}</Table.Th>
              <Table.Th className={classes['number']}>{who.wrong}</Table.Th>
              <Table.Th className={classes['number']}>{who.failed}</Table.Th>
              <Table.Th className={classes['number']}>{who.late}</Table.Th>
              {ranOut && <Table.Th className={classes['number']}>{who.timedOut}</Table.Th>}
              <Table.Th className={classes['number']}>{who.work}</Table.Th>
              <Table.Th className={classes['number']}>{who.data}</Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {job.by_peer.map((share) => (
              <Table.Tr key={share.peer_id}>
                <Table.Th scope="row" className={classes['person']}>
                  <StableDot of={share.peer_id} />
                  <span className={classes['name']} dir="auto" title={share.short_name}>
                    {share.name}
                  </span>
                  {share.is_self && <span className={classes['dim']}>{who.you}</span>}
                </Table.Th>
                <Table.Td className={classes['number']}>{format.percent(fractionOf(share))}</Table.Td>
                <Table.Td className={classes['number']}>{format.number(share.verified_units)}</Table.Td>
                <Table.Td className={classes['number']} data-is-bad={share.rejected > 0}>
                  {format.number(share.rejected)}
                </Table.Td>
                <Table.Td className={classes['number']}>{format.number(share.failed)}</Table.Td>
                <Table.Td className={classes['number']}>{format.number(share.expired)}</Table.Td>
                {ranOut && (
                  <Table.Td className={classes['number']}>{format.number(share.timed_out ?? 0)}</Table.Td>
                )}
                <Table.Td className={classes['number']}>{format.duration(share.cpu_ms)}</Table.Td>
                <Table.Td className={classes['number']}>{format.bytes(share.output_bytes)}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Table.ScrollContainer>
    </>
  )
}
