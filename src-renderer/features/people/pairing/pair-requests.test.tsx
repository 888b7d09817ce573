import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { pairRequest, peerId, peopleMap, person } from '../../../node.fixture.ts'
import { PairRequests } from './pair-requests.tsx'

const ADA = pairRequest('Ada', { direction: 'outgoing' })

it('without requests there is nothing', () => {
  mount(<PairRequests />)
  expect(screen.queryByRole('region')).toBeNull()
})

it('requests that wait for this user come before those that wait for others', () => {
  mount(<PairRequests />, { node: { pairRequests: [ADA, pairRequest('Bob')] } })
  screen.getByRole('region', { name: 'Waiting for an answer' })
  const rows = screen.getAllByRole('listitem').map((row) => row.textContent)
  expect(rows[0]).toMatch(/^Bob wants to pair with you/)
  expect(rows[1]).toMatch(/^Waiting for Ada to acceptYou entered their code\. It is good until /)
})

it('Give up ends the wait, which is then no refusal', async () => {
  const { user, asked, tell } = mount(<PairRequests />, {
    node: { pairRequests: [ADA] },
    answers: { people: { decline: () => ({}) } },
  })
  await user.click(screen.getByRole('button', { name: 'Give up' }))
  tell({ pairRequests: [] })
  await screen.findByText('You’re no longer waiting for Ada.')
  expect(asked('people.decline')).toEqual([{ peer_id: peerId('Ada') }])
  expect(screen.queryByText(/did not accept/)).toBeNull()
})

it('an accepted request is told as paired', async () => {
  const { tell } = mount(<PairRequests />, { node: { pairRequests: [ADA] } })
  tell({ pairRequests: [], people: peopleMap(person('Ada')) })
  await screen.findByText('You are paired with Ada.')
})

it('a request that ends without a pairing is told as not accepted', async () => {
  const { tell } = mount(<PairRequests />, { node: { pairRequests: [ADA] } })
  tell({ pairRequests: [] })
  await screen.findByText('Ada did not accept, or the code has expired.')
})
