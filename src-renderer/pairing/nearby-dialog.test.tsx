import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { NearbyTry } from '#contract'
import { mount, type Answers } from '../component.fixture.tsx'
import { peerId } from '../node.fixture.ts'
import { NearbyDialog } from './nearby-dialog.tsx'
import { NearbyTries } from './nearby-tries.tsx'

type State = NearbyTry['state']

const COMPARING: State = { kind: 'comparing', number: '123456', confirmed: false }

function attempt(state: State, some: Partial<NearbyTry> = {}): NearbyTry {
  return {
    peer_id: peerId('Ada'),
    name: 'Ada',
    short_name: 'ada-fox',
    direction: 'incoming',
    state,
    expires_at_ms: Date.now() + 60_000,
    ...some,
  }
}

function mountDialog(shown: NearbyTry, nearby: Answers['nearby'] = {}) {
  return mount(<NearbyDialog attempt={shown} />, { answers: { nearby } })
}

const button = (name: string) => screen.getByRole('button', { name })

it('while the other PC is asked, the dialog says so', () => {
  mountDialog(attempt({ kind: 'asking' }, { direction: 'outgoing' }))
  screen.getByRole('dialog', { name: 'Pair with Ada' })
  expect(screen.getByRole('status').textContent).toBe('Asking Ada…')
})

it('the number is read out digit by digit, and has the focus so that no key is a yes', async () => {
  mountDialog(attempt(COMPARING))
  screen.getByRole('dialog', { name: 'Ada wants to pair with you' })
  const number = screen.getByText('The number is 1 2 3, 4 5 6')
  await waitFor(() => expect(document.activeElement?.contains(number)).toBe(true))
})

it('They are the same confirms this number with the trust chosen', async () => {
  const { user, asked } = mountDialog(attempt(COMPARING), { confirm: () => ({}) })
  screen.getByRole('slider', { name: 'Your trust in Ada' }).focus()
  await user.keyboard('{ArrowLeft}')
  await user.click(button('They are the same'))
  await waitFor(() =>
    expect(asked('nearby.confirm')).toEqual([{ peer_id: peerId('Ada'), number: '123456', trust: 0.25 }]),
  )
})

it('a user who has said yes waits, and can still say that the numbers differ', () => {
  mountDialog(attempt({ kind: 'comparing', number: '123456', confirmed: true }))
  expect(screen.getByRole('status').textContent).toBe('You said yes. Waiting for Ada to say yes…')
  expect(screen.queryByRole('button', { name: 'They are the same' })).toBeNull()
  button('They differ')
})

it.each([
  ['Decline', { reason: 'declined', block: false }],
  ['They differ', { reason: 'differ', block: false }],
  ['Decline, and never ask again', { reason: 'declined', block: true }],
  ['Close', { reason: 'declined', block: false }],
] as const)('%s refuses the try', async (name, refusal) => {
  const { user, asked } = mountDialog(attempt(COMPARING), { refuse: () => ({}) })
  await user.click(button(name))
  expect(asked('nearby.refuse')).toEqual([{ peer_id: peerId('Ada'), ...refusal }])
})

it('a try that this user began is cancelled, and cannot block the other', () => {
  mountDialog(attempt(COMPARING, { direction: 'outgoing' }))
  button('Cancel')
  expect(screen.queryByRole('button', { name: /never ask again/ })).toBeNull()
})

it.each([
  ['paired', 'You are paired with Ada.'],
  ['declined', 'Ada doesn’t want to pair now.'],
  ['differ', /somebody may be between you/],
  ['expired', /in time/],
  ['broken', 'Ada cancelled. Try again.'],
] as const)('an end by "%s" is told', (how, words) => {
  mountDialog(attempt({ kind: 'ended', how, by_them: true }))
  screen.getByText(words)
})

it('a try under way is shown before one that has ended, and no dialog without one', async () => {
  const ended = attempt(
    { kind: 'ended', how: 'declined', by_them: true },
    { peer_id: peerId('Bob'), name: 'Bob' },
  )
  const { tell } = mount(<NearbyTries />, {
    node: { nearby: { visible: true, pcs: [], tries: [ended, attempt(COMPARING)] } },
  })
  await screen.findByRole('dialog', { name: 'Ada wants to pair with you' })
  tell({ nearby: { visible: true, pcs: [], tries: [ended] } })
  await screen.findByRole('dialog', { name: 'Bob wants to pair with you' })
  tell({ nearby: { visible: true, pcs: [], tries: [] } })
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})
