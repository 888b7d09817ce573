import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { OwnReach } from '#contract'
import { fault, mount, type Answers } from '../../component.fixture.tsx'
import { nodeInfo, ownReach, peerId, peopleMap, person } from '../../node.fixture.ts'
import { NetworkSection } from './network-section.tsx'

const ADDRESS = '/ip4/192.0.2.7/tcp/4001/p2p/12D3KooWAlways'
const ADA_IS_HERE = { people: peopleMap(person('Ada')) }

function mountNetwork(reach: Partial<OwnReach> = {}, node: Answers['node'] = {}) {
  return mount(<NetworkSection info={nodeInfo({ reach: ownReach(reach) })} />, {
    answers: { node },
  })
}

const fact = (name: string) =>
  screen.getByRole('term', { name: (_, term) => term.textContent === name }).nextElementSibling?.textContent
const router = () =>
  screen.getByRole<HTMLInputElement>('switch', { name: 'Ask the router to let your people in' })
const relay = () =>
  screen.getByRole<HTMLInputElement>('switch', { name: 'Let people reach each other through this PC' })

it('the section says how this PC is reached, and what the node says later goes before what it said first', () => {
  const { tell } = mountNetwork()
  screen.getByText('Not known yet whether others can reach this PC from the internet')
  tell({ reach: ownReach({ reachability: 'open' }) })
  screen.getByText('Others can reach this PC from the internet')
})

it('Check now is there while a contact can be asked, and asks it', async () => {
  const { user, asked, tell } = mountNetwork({}, { checkReach: () => ownReach() })
  expect(screen.queryByRole('button', { name: 'Check now' })).toBeNull()
  screen.getByText('This can be checked once one of your people is connected.')
  tell(ADA_IS_HERE)
  await user.click(screen.getByRole('button', { name: 'Check now' }))
  await screen.findByText('Your people were asked')
  expect(asked('node.checkReach')).toHaveLength(1)
})

it('a closed router is told with the reason and the steps by hand', () => {
  mountNetwork()
  expect(fact('Router')).toMatch(/^Lets nobody in by itselfAsked: no router answers\./)
  const steps = screen.getAllByRole('listitem').map((step) => step.textContent)
  expect(steps[0]).toMatch(/^Open http:\/\/192\.168\.1\.1 in a browser/)
  expect(steps[2]).toBe('Forward TCP port 4001 to 192.168.1.20: that is this PC.')
})

it('a router that was asked is told with where it lets friends in', () => {
  mountNetwork({
    port_mapping: {
      state: 'mapped',
      allowed: true,
      by: 'UPnP',
      address: '/ip4/203.0.113.9/tcp/4001',
      since_ms: Date.now(),
    },
  })
  expect(fact('Router')).toMatch(
    /^Lets your people in, as this PC asked it to \(UPnP\)At 203\.0\.113\.9:4001, since /,
  )
})

it('friends that relay for this PC are named', () => {
  mountNetwork({
    relays: [
      { peer_id: peerId('Bob'), name: 'Bob' },
      { peer_id: peerId('Eve'), name: 'Eve' },
    ],
  })
  screen.getByText('Your people reach this PC through Bob and Eve')
  expect(fact('Reached through')).toMatch(/^Bob and EveIt passes on/)
})

it('own addresses are told with how far they reach; those at friends are counted', () => {
  mountNetwork({
    addresses: [
      { address: '/ip4/192.168.1.20/tcp/4001', scope: 'local' },
      { address: '/ip4/198.51.100.1/tcp/1/p2p-circuit', scope: 'relay' },
    ],
    relays: [{ peer_id: peerId('Bob'), name: 'Bob' }],
  })
  expect(fact('Addresses')).toBe('/ip4/192.168.1.20/tcp/4001this network onlyand 1 through Bob')
  expect(fact('Port')).toBe('4001TCP. Chosen at the first start, and kept.')
})

it('what a contact confirmed is told, with a clock that is off', () => {
  mountNetwork({
    confirmations: [
      {
        peer_id: peerId('Ada'),
        name: 'Ada',
        at_ms: Date.now(),
        outcome: 'no-answer',
        clock: { ahead_ms: 120_000, error_ms: 100 },
      },
    ],
  })
  expect(fact('Asked')).toBe(
    'Ada: does not get through (just now)The clock of Ada is 2 min ahead of this PC’s. Set both clocks from the internet.',
  )
})

it('a choice about the router moves at once, and goes back when the node refuses', async () => {
  const answer = Promise.withResolvers<OwnReach>()
  const { user, asked } = mountNetwork({}, { setNetwork: () => answer.promise })
  await user.click(router())
  expect(router().checked).toBe(false)
  expect(asked('node.setNetwork')).toEqual([{ map_port: false }])
  answer.reject(fault('internal', 'It broke.'))
  await screen.findByRole('alert')
  expect(router().checked).toBe(true)
})

it('relaying says why it is on or off by itself, and how much it carries', async () => {
  const { user, asked, tell } = mountNetwork({}, { setNetwork: () => ownReach() })
  screen.getByText('Switched off by itself until others can reach this PC from outside.')
  tell({ reach: ownReach({ relaying: { choice: 'auto', is_on: true, lines: 2 } }) })
  expect(relay().checked).toBe(true)
  screen.getByText(
    'Switched on by itself while others can reach this PC from outside. 2 connections right now.',
  )
  await user.click(relay())
  expect(asked('node.setNetwork')).toEqual([{ relay: false }])
})

const field = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Address of a PC to join through' })
const add = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Add' })

it('an address to join through is added to those there are', async () => {
  const { user, asked } = mountNetwork({ join_through: ['first'] }, { setNetwork: () => ownReach() })
  expect(add().disabled).toBe(true)
  await user.type(field(), `  ${ADDRESS}{Enter}`)
  await waitFor(() => expect(field().value).toBe(''))
  expect(asked('node.setNetwork')).toEqual([{ join_through: ['first', ADDRESS] }])
})

it('an address that is listed already is refused at the field, until it is written anew', async () => {
  const { user } = mountNetwork({ join_through: [ADDRESS] })
  await user.type(field(), `${ADDRESS}{Enter}`)
  screen.getByText('It is already in the list.')
  await user.keyboard('{Escape}')
  expect(field().value).toBe('')
  expect(screen.queryByText('It is already in the list.')).toBeNull()
})

it('an address that the node refuses stays in the field with the reason', async () => {
  const { user } = mountNetwork({}, { setNetwork: () => Promise.reject(fault('bad-input', 'No peer id.')) })
  await user.type(field(), 'nonsense')
  await user.click(add())
  await screen.findByText('No peer id.')
  expect(field().value).toBe('nonsense')
})

it('an address is removed at once; Undo puts it back beside those there are by then', async () => {
  const { user, asked } = mountNetwork(
    { join_through: ['first', ADDRESS] },
    {
      setNetwork: () => ownReach(),
      info: () => nodeInfo({ reach: ownReach({ join_through: ['first', 'later'] }) }),
    },
  )
  await user.click(screen.getByRole('button', { name: `Remove ${ADDRESS}` }))
  expect(screen.queryByText(ADDRESS)).toBeNull()
  await user.click(await screen.findByRole('button', { name: 'Undo' }))
  await waitFor(() =>
    expect(asked('node.setNetwork')).toEqual([
      { join_through: ['first'] },
      { join_through: ['first', 'later', ADDRESS] },
    ]),
  )
})

it('a removal that the node refuses is taken back', async () => {
  const { user } = mountNetwork(
    { join_through: [ADDRESS] },
    { setNetwork: () => Promise.reject(fault('internal', 'It broke.')) },
  )
  await user.click(screen.getByRole('button', { name: `Remove ${ADDRESS}` }))
  await screen.findByRole('alert')
  screen.getByText(ADDRESS)
})
