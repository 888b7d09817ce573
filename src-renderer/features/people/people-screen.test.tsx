import { screen, waitFor } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { mount, type Answers } from '../../component.fixture.tsx'
import { peerId, peopleMap, person } from '../../node.fixture.ts'
import type { NodeMirror } from '../../state/node-mirror.ts'
import { PeopleScreen } from './people-screen.tsx'

const CODE = `meshwork:${'A1'.repeat(40)}`

function mountScreen(node: Partial<NodeMirror> = {}, path = '/people') {
  const answers: Answers = {
    people: {
      blocked: () => [],
      invite: () => ({
        code: 'meshwork:mine',
        link: 'meshwork://pair/mine',
        expires_at_ms: Date.now() + 1e6,
      }),
      pair: () => ({ state: 'paired', peer_id: peerId('Ada'), name: 'Ada' }),
    },
  }
  return mount(<PeopleScreen />, { node, answers, path })
}

const title = () => screen.getByRole('heading', { level: 1 }).textContent.replaceAll('\u00a0', ' ')

afterEach(() => {
  window.location.hash = ''
})

it('before the node has told, people are loading', () => {
  mountScreen({ isLoaded: false })
  expect(title()).toBe('People')
  expect(screen.getAllByText('Loading')).toHaveLength(1)
})

it('a user without people is shown both ways to pair', async () => {
  mountScreen()
  expect(title()).toBe('You haven’t paired with anybody yet')
  screen.getByRole('region', { name: 'Give them your code' })
  screen.getByRole('region', { name: 'Enter theirs' })
  expect(screen.queryByRole('button', { name: 'Add somebody' })).toBeNull()
  await screen.findByText('meshwork:mine')
})

it('the title counts people, those connected and mutual trust', () => {
  mountScreen({ people: peopleMap(person('Ada'), person('Bob', { connected: false, trust_theirs: 0 })) })
  expect(title()).toBe('2 people · 1 connected · mutual trust with 1')
})

it('Add somebody opens the ways to pair, and Close closes them', async () => {
  const { user } = mountScreen({ people: peopleMap(person('Ada')) })
  expect(screen.queryByRole('region', { name: 'Enter theirs' })).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Add somebody' }))
  screen.getByRole('region', { name: 'Enter theirs' })
  await screen.findByText('meshwork:mine')
  await user.click(screen.getByRole('button', { name: 'Close' }))
  expect(screen.queryByRole('region', { name: 'Enter theirs' })).toBeNull()
})

it('the tabs show people as a list or as a picture, each at its own address', async () => {
  const { user, path } = mountScreen({ people: peopleMap(person('Ada')) })
  screen.getByRole('list', { name: 'People' })
  await user.click(screen.getByRole('tab', { name: 'The mesh' }))
  expect(path()).toBe('/people/mesh')
  screen.getByRole('group', {
    name: /^You in the middle, your people around you\. 1 person: mutual trust with 1/,
  })
  screen.getByText('A line is as thick at each end as the trust that comes from there.')
  await user.click(screen.getByRole('tab', { name: 'People' }))
  expect(path()).toBe('/people')
})

it('the picture says when work passes along its lines', () => {
  mountScreen({ people: peopleMap(person('Ada', { running_for_us: 1 })) }, '/people/mesh')
  screen.getByText(/A moving line is work passing\./)
})

it('the address of a person shows their page', () => {
  mountScreen({ people: peopleMap(person('Ada')) }, `/people/of/${peerId('Ada')}`)
  expect(title()).toBe('Ada is connected')
})

it('a deep link puts its code into the form, and pairing lets go of the link', async () => {
  window.location.hash = `#/people?code=${encodeURIComponent(CODE)}`
  const { user, path } = mountScreen({ people: peopleMap(person('Bob')) }, '/people?code')
  const field = screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Their code or link' })
  expect(field.value).toBe(CODE)
  await screen.findByText('meshwork:mine')
  await user.click(screen.getByRole('button', { name: 'Pair' }))
  await screen.findByText('You are paired with Ada.')
  await waitFor(() => expect(path()).toBe('/people'))
})
