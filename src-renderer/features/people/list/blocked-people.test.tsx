import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { peerId } from '../../../node.fixture.ts'
import { BlockedPeople } from './blocked-people.tsx'

const blocked = (...names: string[]) =>
  names.map((name) => ({
    peer_id: peerId(name),
    name,
    short_name: `${name.toLowerCase()}-fox`,
    blocked_at_ms: Date.UTC(2020, 4, 17),
  }))

it('nothing is shown while no PC is blocked', async () => {
  const { asked } = mount(<BlockedPeople />, { answers: { people: { blocked: () => [] } } })
  await waitFor(() => expect(asked('people.blocked')).toHaveLength(1))
  expect(screen.queryByRole('button')).toBeNull()
})

it('the list opens and closes by its title, which has the count', async () => {
  const { user } = mount(<BlockedPeople />, {
    answers: { people: { blocked: () => blocked('Eve', 'Mallory') } },
  })
  const title = await screen.findByRole('button', { name: 'Blocked (2)' })
  expect(screen.queryByRole('listitem')).toBeNull()
  await user.click(title)
  expect(screen.getAllByRole('listitem').map((row) => row.textContent)).toEqual([
    'Eve eve-foxblocked May 17, 2020Unblock',
    'Mallory mallory-foxblocked May 17, 2020Unblock',
  ])
  await user.click(title)
  expect(screen.queryByRole('listitem')).toBeNull()
})

it('Unblock unblocks that one, says so, and asks for the list anew', async () => {
  const left = blocked('Eve', 'Mallory')
  const { user, asked } = mount(<BlockedPeople />, {
    answers: {
      people: {
        blocked: () => [...left],
        unblock: () => {
          left.shift()
          return {}
        },
      },
    },
  })
  await user.click(await screen.findByRole('button', { name: 'Blocked (2)' }))
  await user.click(screen.getByRole('button', { name: 'Unblock Eve' }))
  expect(asked('people.unblock')).toEqual([{ peer_id: peerId('Eve') }])
  await screen.findByText('Eve may pair with you again.')
  await screen.findByRole('button', { name: 'Blocked (1)' })
})
