import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import { fault, mount } from '../component.fixture.tsx'
import { pairRequest, peerId } from '../node.fixture.ts'
import { IncomingRequests } from './incoming-requests.tsx'

it('requests of this user are not among those that wait for them', () => {
  mount(<IncomingRequests />, { node: { pairRequests: [pairRequest('Bob', { direction: 'outgoing' })] } })
  expect(screen.queryByRole('list')).toBeNull()
})

it('each request says who asks, when, and by which short name to check it', () => {
  mount(<IncomingRequests />, { node: { pairRequests: [pairRequest('Ada'), pairRequest('Bob')] } })
  const [first] = screen.getAllByRole('listitem')
  within(first!).getByText('Ada wants to pair with you')
  within(first!).getByText(/They used your code 5 minutes ago. Their short name is ada-fox/)
  expect(screen.getAllByRole('listitem')).toHaveLength(2)
})

it('Accept pairs with the trust that was chosen', async () => {
  const { user, asked } = mount(<IncomingRequests />, {
    node: { pairRequests: [pairRequest('Ada')] },
    answers: { people: { accept: () => ({}) } },
  })
  screen.getByRole('slider', { name: 'Your trust in Ada' }).focus()
  await user.keyboard('{End}')
  await user.click(screen.getByRole('button', { name: 'Accept' }))
  await screen.findByText('You are paired with Ada.')
  expect(asked('people.accept')).toEqual([{ peer_id: peerId('Ada'), trust: 1 }])
})

it('Decline declines, and says so', async () => {
  const { user, asked } = mount(<IncomingRequests />, {
    node: { pairRequests: [pairRequest('Ada')] },
    answers: { people: { decline: () => ({}) } },
  })
  await user.click(screen.getByRole('button', { name: 'Decline' }))
  await screen.findByText('Ada was declined.')
  expect(asked('people.decline')).toEqual([{ peer_id: peerId('Ada') }])
})

it('an answer that the node refuses is told', async () => {
  const { user } = mount(<IncomingRequests />, {
    node: { pairRequests: [pairRequest('Ada')] },
    answers: { people: { accept: () => Promise.reject(fault('unknown-peer', 'The code has expired.')) } },
  })
  await user.click(screen.getByRole('button', { name: 'Accept' }))
  expect((await screen.findByRole('alert')).textContent).toContain('The code has expired.')
})
