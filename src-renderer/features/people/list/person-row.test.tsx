import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Person } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import { peerId, peopleMap, person } from '../../../node.fixture.ts'
import { ForgottenPeopleProvider, useForgottenPeople } from './forgotten-people.tsx'
import { PersonRow } from './person-row.tsx'

function Rows({ isNameShared }: { readonly isNameShared: boolean }) {
  const { hidden } = useForgottenPeople()
  return hidden.has(peerId('Ada')) ? (
    <p>Hidden</p>
  ) : (
    <PersonRow peer={peerId('Ada')} isNameShared={isNameShared} />
  )
}

function mountRow(some: Partial<Person> = {}, people: Answers['people'] = {}, isNameShared = false) {
  return mount(
    <ForgottenPeopleProvider>
      <Rows isNameShared={isNameShared} />
    </ForgottenPeopleProvider>,
    { node: { people: peopleMap(person('Ada', some)) }, answers: { people } },
  )
}

it('a row says who it is, trust each way, units each way and reliability', () => {
  mountRow({ trust_theirs: 0.75 })
  expect(screen.getByRole('link', { name: 'Ada' }).getAttribute('href')).toBe(`/people/of/${peerId('Ada')}`)
  expect(screen.getByRole('slider', { name: 'Your trust in Ada' }).getAttribute('aria-valuetext')).toBe(
    'some',
  )
  screen.getByText('trusts you a lot')
  screen.getByText('goes first here')
  screen.getByText('12 for you')
  screen.getByText('34 for them')
  screen.getByRole('img', { name: 'Reliability of Ada by day; 67 % on the whole' })
})

it('the short name stands beside a name that another person has too', () => {
  const { redraw } = mountRow()
  expect(screen.queryByText('ada-fox')).toBeNull()
  redraw(
    <ForgottenPeopleProvider>
      <Rows isNameShared />
    </ForgottenPeopleProvider>,
  )
  screen.getByText('ada-fox')
})

it('work under way stands where the connection is told otherwise', () => {
  const { tell } = mountRow()
  screen.getByText('connected')
  tell({ people: peopleMap(person('Ada', { running_for_us: 2 })) })
  screen.getByText('2 units at work for you')
  tell({ people: peopleMap(person('Ada', { running_for_them: 1 })) })
  screen.getByText('1 unit of theirs here')
})

it('[W43] a connected person who pauses is said to, and since when', () => {
  const since_ms = new Date(2026, 10, 23, 9, 22).getTime()
  mountRow({ away: { kind: 'paused', since_ms } })
  screen.getByText(/^paused since .*09:22 · connected$/)
})

it('a person who has done nothing yet has no reliability', () => {
  const { reliability: _none, ...known } = person('Ada')
  const unknown = { ...known, verified: 0, rejected: 0, failed: 0, expired: 0 }
  mount(
    <ForgottenPeopleProvider>
      <Rows isNameShared={false} />
    </ForgottenPeopleProvider>,
    { node: { people: peopleMap(unknown) } },
  )
  screen.getByText('Ada hasn’t done anything for you yet')
})

it('reliability is the share of all that ended with them, whatever went wrong last', () => {
  mountRow({ verified: 506, rejected: 0, failed: 0, expired: 7, reliability: 0.21 })
  const picture = screen.getByRole('img', { name: 'Reliability of Ada by day; 99 % on the whole' })
  expect(picture.closest('[data-hint]')?.getAttribute('data-hint')).toContain(
    '506 of the 513 units they took were accepted (99 %) since you paired.',
  )
})

it('one lost unit of thousands leaves less than all', () => {
  mountRow({ verified: 4_000, rejected: 0, failed: 0, expired: 1, reliability: 1 })
  screen.getByRole('img', { name: 'Reliability of Ada by day; 99 % on the whole' })
})

it('trust that is moved is told to the node, and Undo puts it back', async () => {
  const { user, asked } = mountRow({}, { setTrust: () => ({}) })
  screen.getByRole('slider').focus()
  await user.keyboard('{ArrowRight}')
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() =>
    expect(asked('people.setTrust')).toEqual([
      { peer_id: peerId('Ada'), trust: 0.75 },
      { peer_id: peerId('Ada'), trust: 0.5 },
    ]),
  )
})

it('trust that the node refuses goes back to what it was, and the fault is told', async () => {
  const { user } = mountRow({}, { setTrust: () => Promise.reject(fault('unknown-peer', 'Gone.')) })
  const slider = screen.getByRole('slider')
  slider.focus()
  await user.keyboard('{ArrowRight}')
  expect((await screen.findByRole('alert')).textContent).toContain('Gone.')
  expect(slider.getAttribute('aria-valuetext')).toBe('some')
})

it('the menu copies the peer id', async () => {
  const { user } = mountRow()
  await user.click(screen.getByRole('button', { name: 'What to do with Ada' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Copy their peer id' }))
  await waitFor(async () => expect(await navigator.clipboard.readText()).toBe(peerId('Ada')))
})

it('Forget hides a person at once; Undo brings them back and the node is not told', async () => {
  const { user, asked } = mountRow()
  await user.click(screen.getByRole('button', { name: 'What to do with Ada' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Forget' }))
  await screen.findByText('Ada is forgotten.')
  screen.getByText('Hidden')
  await user.click(screen.getByRole('button', { name: 'Undo' }))
  await screen.findByRole('link', { name: 'Ada' })
  expect(asked('people.forget')).toEqual([])
})

it('a person is forgotten when the offer to undo is closed', async () => {
  const { user, asked } = mountRow({}, { forget: () => ({}) })
  await user.click(screen.getByRole('button', { name: 'What to do with Ada' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Forget' }))
  await user.click(await screen.findByRole('button', { name: 'Close' }))
  await waitFor(() => expect(asked('people.forget')).toEqual([{ peer_id: peerId('Ada') }]))
})

it('Block asks first; Keep leaves everything as it was', async () => {
  const { user } = mountRow()
  await user.click(screen.getByRole('button', { name: 'What to do with Ada' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Block…' }))
  screen.getByRole('group', { name: 'Block Ada?' })
  const keep = screen.getByRole('button', { name: 'Keep' })
  expect(document.activeElement).toBe(keep)
  await user.click(keep)
  screen.getByRole('slider', { name: 'Your trust in Ada' })
})

it('Block blocks after the question, and says so', async () => {
  const { user, asked } = mountRow({}, { block: () => ({}) })
  await user.click(screen.getByRole('button', { name: 'What to do with Ada' }))
  await user.click(await screen.findByRole('menuitem', { name: 'Block…' }))
  await user.click(screen.getByRole('button', { name: 'Block' }))
  await screen.findByText('Ada is blocked.')
  expect(asked('people.block')).toEqual([{ peer_id: peerId('Ada') }])
})
