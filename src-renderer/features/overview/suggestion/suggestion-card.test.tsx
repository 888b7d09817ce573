import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { pairRequest, peerId, peopleMap, person } from '../../../node.fixture.ts'
import { SuggestionCard } from './suggestion-card.tsx'

const card = () => screen.queryByRole('complementary', { name: 'Suggestion' })
const ADA = peopleMap(person('Ada'))

it('nothing is suggested before the node has told, nor where all is well', () => {
  const { tell } = mount(<SuggestionCard />, { node: { isLoaded: false } })
  expect(card()).toBeNull()
  tell({ isLoaded: true, people: ADA, sharing: { kind: 'sharing' } })
  expect(card()).toBeNull()
})

it('a user without people is led to pairing', async () => {
  const { user, path } = mount(<SuggestionCard />)
  screen.getByText('You haven’t paired with anybody yet. Two PCs make a mesh.')
  await user.click(screen.getByRole('button', { name: 'Pair with somebody' }))
  expect(path()).toBe('/people')
})

it('a PC that is never shared is led to its hours', async () => {
  const { user, path } = mount(<SuggestionCard />, { node: { people: ADA, sharing: { kind: 'off' } } })
  await user.click(screen.getByRole('button', { name: 'Choose when to share' }))
  expect(path()).toBe('/sharing')
})

it('requests that wait go before everything else', async () => {
  const { user, path } = mount(<SuggestionCard />, {
    node: { sharing: { kind: 'off' }, pairRequests: [pairRequest('Bob'), pairRequest('Eve')] },
  })
  screen.getByText('Bob and 1 other want to pair with you.')
  await user.click(screen.getByRole('button', { name: 'Answer' }))
  expect(path()).toBe('/people')
})

it('trust that is not returned is raised by one click', async () => {
  const { user, asked } = mount(<SuggestionCard />, {
    node: { people: peopleMap(person('Ada', { trust_mine: 0.25, trust_theirs: 1 })) },
    answers: { people: { setTrust: () => ({}) } },
  })
  screen.getByText('Ada trusts you more than you trust them. Raise yours?')
  await user.click(screen.getByRole('button', { name: 'Raise it' }))
  await screen.findByText('You trust Ada as much as they trust you.')
  expect(asked('people.setTrust')).toEqual([{ peer_id: peerId('Ada'), trust: 1 }])
})

it('a suggestion that was put away does not come back, and the next one takes its place', async () => {
  const { user, redraw } = mount(<SuggestionCard />, { node: { pairRequests: [pairRequest('Bob')] } })
  screen.getByText('Bob wants to pair with you.')
  await user.click(screen.getByRole('button', { name: 'Not now' }))
  screen.getByText(/You haven’t paired with anybody yet/)
  await user.click(screen.getByRole('button', { name: 'Not now' }))
  expect(card()).toBeNull()
  redraw(null)
  redraw(<SuggestionCard />)
  expect(card()).toBeNull()
})
