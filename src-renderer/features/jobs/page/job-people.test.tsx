import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { DONE, jobStatus, peerShare } from '../../../job-kinds/job.fixture.ts'
import { PeopleStrip } from './people-strip.tsx'
import { PeopleTable } from './people-table.tsx'

it('a running job shows who is at work first, and what each does of it', () => {
  const by_peer = [
    peerShare('Ada', { running_units: 0, verified_units: 30 }),
    peerShare('Bob', { verified_units: 10, is_self: true }),
  ]
  mount(<PeopleStrip job={jobStatus('module', { by_peer })} />)
  const [first, second] = screen.getAllByRole('listitem')
  expect(first!.textContent).toContain('Bob')
  expect(first!.textContent).toContain('this PC')
  expect(first!.textContent).toContain('computes 4 units')
  expect(second!.textContent).toContain('not working on it right now')
  expect(second!.textContent).toContain('did 75 % of it')
})

it('somebody who left is said to be away, and since when, whatever they had', () => {
  const since_ms = new Date(2026, 10, 23, 9, 22).getTime()
  const by_peer = [
    peerShare('Ada', { away: { kind: 'paused', since_ms } }),
    peerShare('Bob', { away: { kind: 'gone', since_ms }, running_units: 0 }),
  ]
  mount(<PeopleStrip job={jobStatus('module', { by_peer })} />)
  const [ada, bob] = screen.getAllByRole('listitem')
  expect(ada!.textContent).toMatch(/paused since .*09:22/)
  expect(bob!.textContent).toMatch(/gone since .*09:22/)
})

it('a crowd is shown in part and counted', () => {
  const by_peer = Array.from({ length: 20 }, (_, i) => peerShare(`P${i}`))
  mount(<PeopleStrip job={jobStatus('module', { by_peer })} />)
  expect(screen.getAllByRole('listitem')).toHaveLength(12)
  screen.getByText('and 9 others')
})

it('a job without awarded units says so', () => {
  mount(<PeopleStrip job={jobStatus('other')} />)
  screen.getByText('Nobody has started on it yet.')
})

it('a finished job has a table of what of each counts', () => {
  const by_peer = [peerShare('Ada', { verified_units: 60, rejected: 2 }), peerShare('Bob')]
  mount(<PeopleTable job={jobStatus('module', { ...DONE, by_peer })} />)
  const row = screen.getByRole('row', { name: /Ada/ })
  expect(
    within(row)
      .getAllByRole('cell')
      .map(({ textContent }) => textContent),
  ).toEqual(['75 %', '60', '2', '0', '0', '1 min', '2 MB'])
  expect(screen.queryByRole('columnheader', { name: 'Ran out of time' })).toBeNull()
})

it('has a column for runs that used up their time only where there are some', () => {
  mount(<PeopleTable job={jobStatus('module', { by_peer: [peerShare('Ada', { timed_out: 3 })] })} />)
  screen.getByRole('columnheader', { name: 'Ran out of time' })
})
