import { screen, waitFor } from '@testing-library/react'
import { beforeEach, expect, it } from 'vitest'
import type { PictureNews, TileAtWork } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { jobId, peerId, peerShare, TILE, told } from '../../job.fixture.ts'
import { LivePicture } from './live-picture.tsx'

beforeEach(() => {
  // jsdom draws nothing.
  HTMLCanvasElement.prototype.getContext = () => null
  URL.createObjectURL = () => 'blob:backdrop'
  URL.revokeObjectURL = () => undefined
})

const SIZE = { width: 64, height: 48 }
const atWork = (by: string, unit_index: number, x = 0): TileAtWork => ({
  unit_index,
  ...{ x, y: 24, width: 32, height: 24, by: peerId(by) },
})

function show(...news: readonly Partial<PictureNews>[]) {
  const all = news.map((one) => ({ ...SIZE, tiles: [], ...one }))
  return mount(
    <LivePicture
      jobId={jobId('render')}
      {...SIZE}
      people={[peerShare('Ada', { is_self: true }), peerShare('Bob')]}
      label="Kitchen in progress"
      isBegun={false}
    />,
    { answers: { render: { watchPicture: () => told(...all) } } },
  )
}

const outlines = (by: string) =>
  [...document.querySelectorAll<HTMLElement>(`[data-by="${peerId(by)}"]`)].map(({ style, textContent }) => ({
    left: style.left,
    rank: style.getPropertyValue('--rank'),
    name: textContent,
  }))

it('the whole picture is there out of focus before its first tile', async () => {
  show({ backdrop: btoa('jpeg') })
  await waitFor(() => expect(document.querySelector('img')?.getAttribute('src')).toBe('blob:backdrop'))
  screen.getByText('The first tiles are on their way')
  // Screen readers hear of one picture.
  expect(screen.getAllByRole('img')).toEqual([screen.getByRole('img', { name: 'Kitchen in progress' })])
})

it('outlines show who renders where, each person named once', async () => {
  show({ tiles: [TILE], at_work: [atWork('Ada', 2), atWork('Bob', 2), atWork('Bob', 3, 32)] })
  await waitFor(() => expect(outlines('Ada')).toEqual([{ left: '0%', rank: '0', name: 'this PC' }]))
  expect(outlines('Bob')).toEqual([
    { left: '0%', rank: '1', name: '' },
    { left: '50%', rank: '0', name: 'Bob' },
  ])
  expect(screen.queryByText('The first tiles are on their way')).toBeNull()
})

it('outlines go when nothing is rendered any longer, and stay while nothing new is said of them', async () => {
  const { redraw } = show({ at_work: [atWork('Bob', 3)] }, { tiles: [TILE] })
  await waitFor(() => expect(outlines('Bob')).toHaveLength(1))
  redraw(null)
  show({ at_work: [atWork('Bob', 3)] }, { at_work: [] }, { tiles: [TILE] })
  await waitFor(() => expect(screen.queryByText('The first tiles are on their way')).toBeNull())
  expect(outlines('Bob')).toEqual([])
})

it('of a job that goes on, whose tiles are read still, does not say that none is there', async () => {
  mount(<LivePicture jobId={jobId('render')} {...SIZE} people={[]} label="Kitchen in progress" isBegun />, {
    answers: { render: { watchPicture: () => told({ ...SIZE, tiles: [] }) } },
  })
  await screen.findByText('Putting the picture together')
  expect(screen.queryByText('The first tiles are on their way')).toBeNull()
})
