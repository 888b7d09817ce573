import { createEvent, fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount, type Answers } from '../component.fixture.tsx'
import { hardwareInfo, nodeInfo, preferences } from '../node.fixture.ts'
import type { NodeMirror } from '../state/node-mirror.ts'
import { useFileDrag } from './file-drag.ts'
import { Frame } from './frame.tsx'

const ANSWERS: Answers = {
  hardware: { get: () => hardwareInfo() },
  node: { info: () => nodeInfo() },
  people: {
    blocked: () => [],
    invite: () => ({ code: 'meshwork:mine', link: 'meshwork://pair/mine', expires_at_ms: Date.now() + 1e6 }),
  },
}

function mountFrame(node: Partial<NodeMirror>, path = '/nowhere', onRetry: () => void = () => undefined) {
  return mount(<Frame hasStarted={false} onRetry={onRetry} />, {
    node: { info: nodeInfo({ name: 'Studio' }), ...node },
    answers: ANSWERS,
    path,
  })
}

const STARTED = { preferences: preferences() }

it('a window that is not let in has nothing but the way in', async () => {
  let tries = 0
  const { user } = mountFrame({ connection: 'refused' }, '/', () => (tries += 1))
  expect(screen.queryByRole('navigation')).toBeNull()
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(tries).toBe(1)
})

it('a new window shows nothing before the node has told whether the first start is done', () => {
  const { tell } = mountFrame({ connection: 'connecting' })
  expect(screen.queryByRole('main')).toBeNull()
  tell({ connection: 'open', ...STARTED })
  screen.getByRole('main')
})

it('the frame has side bar, header and screen, and a window title with the screen and the PC', async () => {
  mountFrame(STARTED, '/people')
  screen.getByRole('navigation', { name: 'Main navigation' })
  screen.getByRole('banner')
  await screen.findByRole('heading', { level: 1, name: 'You haven’t paired with anybody yet' })
  await waitFor(() => expect(document.title).toBe('People · Studio · Meshwork'))
  await screen.findByText('meshwork:mine')
})

it('an address of nothing says so inside the frame', () => {
  mountFrame(STARTED)
  screen.getByRole('heading', { level: 1, name: 'There is nothing here' })
  screen.getByRole('navigation')
})

it('Skip to the content moves the focus past the side bar', async () => {
  const { user } = mountFrame(STARTED)
  await user.tab()
  expect(document.activeElement?.textContent).toBe('Skip to the content')
  await user.keyboard('{Enter}')
  expect(document.activeElement).toBe(screen.getByRole('main'))
})

it('another screen takes the focus into it', async () => {
  const { user } = mountFrame(STARTED)
  await user.click(screen.getByRole('link', { name: 'People' }))
  expect(screen.getByRole('main').contains(document.activeElement)).toBe(true)
  await screen.findByText('meshwork:mine')
})

it('the first start’s cards open by themselves, without side bar', async () => {
  const { path } = mountFrame({ preferences: preferences({ first_start_done: false }) }, '/')
  await screen.findByRole('heading', { level: 1, name: 'Welcome to Meshwork' })
  expect(path()).toBe('/start')
  expect(screen.queryByRole('navigation')).toBeNull()
})

it('files that are dragged over the window lead to the jobs, and a drop leaves the program where it is', () => {
  function Window() {
    useFileDrag()
    return null
  }
  const { path } = mount(<Window />, { path: '/people' })
  fireEvent.dragEnter(window, { dataTransfer: { types: ['text/plain'] } })
  expect(path()).toBe('/people')
  const drop = createEvent.drop(window, { dataTransfer: { types: ['Files'] } })
  fireEvent(window, drop)
  expect(drop.defaultPrevented).toBe(true)
  fireEvent.dragEnter(window, { dataTransfer: { types: ['Files'] } })
  expect(path()).toBe('/jobs')
})
