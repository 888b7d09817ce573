import { screen, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Person } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { peerId, peopleMap, person } from '../../../node.fixture.ts'
import { PersonPage } from './person-page.tsx'

const HOUR_MS = 3_600_000

function mountPage(some: Partial<Person> = {}) {
  return mount(<PersonPage peer={peerId('Ada')} />, { node: { people: peopleMap(person('Ada', some)) } })
}

const title = () => screen.getByRole('heading', { level: 1 }).textContent
const fact = (name: string) =>
  screen.getByRole('term', { name: (_, term) => term.textContent === name }).nextElementSibling?.textContent

it('before the node has told, the page is loading', () => {
  mount(<PersonPage peer={peerId('Ada')} />, { node: { isLoaded: false } })
  expect(screen.getByRole('status').textContent).toBe('Loading')
})

it('an address of a stranger says so and leads back', () => {
  mount(<PersonPage peer={peerId('Nobody')} />)
  expect(title()).toBe('This person is not one of your people')
  expect(screen.getByRole('link', { name: 'All people' }).getAttribute('href')).toBe('/people')
})

it('a direct connection is told with its address and round trip', () => {
  mountPage({
    rtt_ms: 0.2,
    reach: { state: 'direct', over: 'local', address: '/ip4/10.0.0.2/tcp/1', since_ms: Date.now() - HOUR_MS },
  })
  expect(title()).toBe('Ada is connected on the same network')
  screen.getByText('Direct, on the same network')
  expect(fact('Round trip')).toBe('1 ms')
  expect(fact('At')).toBe('/ip4/10.0.0.2/tcp/1')
  expect(fact('Since')).toMatch(/for 1 h$/)
})

it('a relayed connection is told with its relay and its meaning', () => {
  mountPage({ reach: { state: 'relayed', through_name: 'Bob', since_ms: Date.now() } })
  expect(title()).toBe('Ada is connected through Bob')
  expect(fact('Through')).toBe('Bob')
  screen.getByText(/slower, but just as private/)
})

it('a person out of reach is told with the reason, what to do and the next try', () => {
  mountPage({
    connected: false,
    reach: {
      state: 'unreachable',
      since_ms: Date.now() - HOUR_MS,
      tries: 7,
      next_try_ms: Date.now() + 10 * 60_000,
      failure: { kind: 'refused', addresses: 2 },
    },
  })
  expect(title()).toMatch(/^Ada has been unreachable since /)
  screen.getByText('Their PC answers, but Meshwork does not run there.')
  screen.getByText('Ask them to start Meshwork. This PC then finds it by itself.')
  expect(fact('Tries')).toMatch(/^7The next one in (10 min|9 min \d+ s)\.$/)
  expect(fact('Last seen')).toBe('not since this PC started')
})

it('trust each way is told, with what it means for their work here', () => {
  mountPage({ trust_theirs: 0, tier: 2 })
  const trust = screen.getByRole('region', { name: 'Your trust' })
  within(trust).getByRole('slider', { name: 'Your trust in Ada' })
  within(trust).getByText('doesn’t trust you yet')
  within(trust).getByText(/^Tier 2: only you trust them/)
})
