import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { SharingNow } from '#contract'
import { fault, mount, type Answers } from '../../component.fixture.tsx'
import {
  jobsMap,
  nodeInfo,
  pairRequest,
  peopleMap,
  person,
  unitHere,
  workingFor,
} from '../../node.fixture.ts'
import { jobId, jobsMap as jobsOf, jobSummary, TILE, told } from '../../job-kinds/job.fixture.ts'
import { Header } from './header.tsx'
import { SideBar } from './side-bar.tsx'

const SHARING: SharingNow = { kind: 'sharing' }

function mountHeader(sharing: SharingNow | undefined, calls: Answers['sharing'] = {}) {
  return mount(<Header />, { node: { sharing }, answers: { sharing: calls } })
}

const sentence = () => screen.getByRole('status').textContent
const button = (name: string) => screen.queryByRole<HTMLButtonElement>('button', { name })

it('the header says in one sentence whether this PC shares, and what runs', () => {
  const { tell } = mountHeader(SHARING)
  expect(sentence()).toBe('Sharing')
  tell({ workingFor: [workingFor('Ada')], jobs: jobsMap(1, 4) })
  expect(sentence()).toBe('Sharing · Rendering for Ada · 1 job in progress')
  tell({ connection: 'lost' })
  expect(sentence()).toBe('Connection to this PC lost')
})

it('the header shows the picture that is being made, how far it is, and leads to it', async () => {
  HTMLCanvasElement.prototype.getContext = () => null
  const { tell, asked } = mount(<Header />, {
    node: { sharing: SHARING },
    answers: { render: { watchPicture: () => told({ width: 64, height: 48, tiles: [TILE] }) } },
  })
  expect(screen.queryByRole('link')).toBeNull()
  const frame = (index: number) =>
    jobSummary('render', {
      job_id: jobId(`f${index}`),
      description: `Kitchen.glb, frame ${index}`,
      series: { id: jobId('f0'), index, count: 2 },
    })
  tell({ jobs: jobsOf(frame(0), frame(1), jobSummary('module')) })
  const link = screen.getByRole('link', { name: 'Kitchen is 50 % done' })
  expect(link.getAttribute('href')).toBe('/jobs/job-f0')
  await waitFor(() => expect(asked('render.watchPicture')).toMatchObject([{ job_id: 'job-f0' }]))
  expect(sentence()).toBe('Sharing · 2 jobs in progress')
})

it('the header says the same while short units come and go', () => {
  const { tell } = mountHeader(SHARING)
  tell({ workingFor: [workingFor('Ada')] })
  const said = new Set<string | null>()
  for (const unitsHere of [[unitHere(0)], [], [unitHere(1), unitHere(2)], [], [unitHere(3)]]) {
    tell({ unitsHere })
    said.add(sentence())
  }
  expect([...said]).toEqual(['Sharing · Rendering for Ada'])
})

it('there is nothing to pause before the node has told, nor where nothing is shared', () => {
  const { tell } = mountHeader(undefined)
  expect(screen.queryByRole('button')).toBeNull()
  tell({ sharing: { kind: 'off' } })
  expect(screen.queryByRole('button')).toBeNull()
})

it.each([
  ['For 3 hours', { minutes: 180 }, 'Paused. Work that was running here goes back to others.'],
  ['Until I resume', {}, 'Paused. Work that was running here goes back to others.'],
  ['Finish running work, then pause', { finish_first: true }, /^Nothing new starts/],
] as const)('Pause offers "%s"', async (item, input, told) => {
  const { user, asked } = mountHeader(SHARING, { pause: () => ({}) })
  await user.click(button('Pause')!)
  await user.click(await screen.findByRole('menuitem', { name: item }))
  await screen.findByText(told)
  expect(asked('sharing.pause')).toEqual([input])
})

it('a pause by the user can only be resumed', async () => {
  const { user, asked } = mountHeader(
    { kind: 'paused-by-user', since_ms: Date.now() },
    { resume: () => ({}) },
  )
  expect(button('Pause')).toBeNull()
  await user.click(button('Resume')!)
  await screen.findByText('Sharing again.')
  expect(asked('sharing.resume')).toHaveLength(1)
})

it('a pause by a rule can be overridden for that rule', async () => {
  const { user, asked } = mountHeader(
    { kind: 'paused-by-rule', rule: 'on-battery', value: 80, since_ms: Date.now() },
    { shareAnyway: () => ({}) },
  )
  expect(sentence()).toBe('Paused because you are on battery (80 %)')
  await user.click(button('Share anyway for now')!)
  await waitFor(() => expect(asked('sharing.shareAnyway')).toEqual([{ rule: 'on-battery' }]))
  expect(button('Pause')).not.toBeNull()
})

it('what finishes first can be resumed or paused at once', () => {
  mountHeader({ kind: 'finishing', since_ms: Date.now() })
  expect(button('Resume')).not.toBeNull()
  expect(button('Pause')).not.toBeNull()
})

it('without a connection nothing can be pressed', () => {
  const { tell } = mountHeader(SHARING)
  tell({ connection: 'lost' })
  expect(button('Pause')!.disabled).toBe(true)
})

it('a pause that the node refuses is told', async () => {
  const { user } = mountHeader(SHARING, {
    pause: () => Promise.reject(fault('storage-failed', 'Not written.')),
  })
  await user.click(button('Pause')!)
  await user.click(await screen.findByRole('menuitem', { name: 'For 1 hour' }))
  expect((await screen.findByRole('alert')).textContent).toContain('Not written.')
})

const links = () => screen.getAllByRole('link').map((link) => link.textContent)

it('the side bar leads to each screen, and marks the one that is shown', async () => {
  const { user, path } = mount(<SideBar />, { path: '/people/mesh' })
  expect(links()).toEqual(['Overview', 'Jobs', 'Sharing', 'People', 'Settings'])
  expect(screen.getByRole('link', { current: 'page' }).textContent).toBe('People')
  await user.click(screen.getByRole('link', { name: 'Sharing' }))
  expect(path()).toBe('/sharing')
  expect(screen.getByRole('link', { current: 'page' }).textContent).toBe('Sharing')
})

it('the side bar has this PC’s name once the node has told it', () => {
  const { tell } = mount(<SideBar />)
  screen.getByText('This PC')
  tell({ info: nodeInfo({ name: 'Studio' }) })
  screen.getByText('Studio')
})

it('the side bar counts running jobs and people, and requests that wait in their place', () => {
  const { tell } = mount(<SideBar />, { node: { jobs: jobsMap(2, 5), people: peopleMap(person('Ada')) } })
  expect(links()).toContain('Jobs2')
  expect(links()).toContain('People1')
  tell({
    pairRequests: [pairRequest('Bob'), pairRequest('Eve'), pairRequest('Dan', { direction: 'outgoing' })],
  })
  expect(links()).toContain('People2')
})
