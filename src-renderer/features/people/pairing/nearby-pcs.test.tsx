import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { Fault } from '#contract'
import { fault, mount, type Answers } from '../../../component.fixture.tsx'
import { nodeInfo, peerId } from '../../../node.fixture.ts'
import { NearbyPcs } from './nearby-pcs.tsx'

const ADA = { peer_id: peerId('Ada'), name: 'Ada', short_name: 'ada-fox' }

function mountPcs(nearby: Answers['nearby'] = {}, visible = false) {
  return mount(<NearbyPcs isAlways={false} />, {
    node: { nearby: { visible, pcs: [ADA], tries: [] }, info: nodeInfo({ name: 'Studio' }) },
    answers: { nearby },
  })
}

const pair = () => screen.getByRole('button', { name: 'Pair with Ada' })

it('without PCs nearby there is nothing, or a sentence where a PC wants to pair', () => {
  const { redraw } = mount(<NearbyPcs isAlways={false} />)
  expect(screen.queryByRole('region')).toBeNull()
  redraw(<NearbyPcs isAlways />)
  screen.getByText('No other PC on this network is visible right now.')
})

it('each PC nearby is told by name and short name', () => {
  mountPcs()
  screen.getByText('Ada is nearby')
  screen.getByText('Short name: ada-fox')
})

it('Pair asks that PC', async () => {
  const { user, asked } = mountPcs({ pair: () => Promise.reject(fault('stale', 'ended here')) })
  await user.click(pair())
  expect(asked('nearby.pair')).toEqual([{ peer_id: peerId('Ada') }])
  // An attempt that this user ended is no fault.
  await waitFor(() => expect(pair().getAttribute('data-loading')).toBeNull())
  expect(screen.queryByRole('alert')).toBeNull()
})

const FAULTS: readonly [Fault['kind'], RegExp][] = [
  ['too-busy', /Ada is being asked already/],
  ['not-trusted', /Ada doesn’t take pairing requests/],
  ['unreachable', /Ada is not nearby any more/],
  ['internal', /Pairing did not work: it broke/],
]
it.each(FAULTS)('a PC that cannot be asked (%s) is told beside it', async (kind, words) => {
  const { user } = mountPcs({ pair: () => Promise.reject(fault(kind, 'it broke')) })
  await user.click(pair())
  expect((await screen.findByRole('alert')).textContent).toMatch(words)
})

it('the switch shows this PC to others, by the name that it has', async () => {
  const { user, asked } = mountPcs({ setVisible: () => ({}) })
  const visible = screen.getByRole('switch', { name: 'Show this PC to others on this network' })
  screen.getByText(/They see its name, “Studio”/)
  expect((visible as HTMLInputElement).checked).toBe(false)
  await user.click(visible)
  expect(asked('nearby.setVisible')).toEqual([{ visible: true }])
})
