import { Suspense } from 'react'
import { screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { mount } from '../../component.fixture.tsx'
import { lazyPart } from '../../ui/lazy-part.ts'
import { ErrorBoundary } from './error-boundary.tsx'
import { LostBanner } from './lost-banner.tsx'
import { NotFound } from './not-found.tsx'
import { RefusedScreen } from './refused-screen.tsx'

it('the banner is there while the connection is lost', () => {
  const { tell } = mount(<LostBanner />)
  const banner = screen.getByRole('status')
  expect(banner.textContent).toBe('')
  tell({ connection: 'lost' })
  expect(banner.textContent).toBe('Connection to this PC lost, trying again')
  tell({ connection: 'open' })
  expect(banner.textContent).toBe('')
})

it('an address of nothing leads back to the overview', async () => {
  const { user, path } = mount(<NotFound />, { path: '/nowhere' })
  screen.getByRole('heading', { level: 1, name: 'There is nothing here' })
  await user.click(screen.getByRole('link', { name: 'Go to the overview' }))
  expect(path()).toBe('/')
})

it('a window that is not let in says how to get a new link, and tries again', async () => {
  let tries = 0
  const { user } = mount(<RefusedScreen onRetry={() => (tries += 1)} />)
  screen.getByRole('heading', { level: 1, name: 'This link is no longer valid' })
  screen.getByText('meshctl ui')
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(tries).toBe(1)
})

it('a screen that breaks is told as broken, and what is around it goes on', () => {
  function Broken(): never {
    throw new Error('a mistake')
  }
  // React tells what broke on the console, too.
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  mount(
    <>
      <p>Around</p>
      <ErrorBoundary>
        <Broken />
      </ErrorBoundary>
    </>,
  )
  told.mockRestore()
  screen.getByRole('heading', { level: 1, name: 'This screen has stopped working' })
  screen.getByRole('button', { name: 'Try again' })
  screen.getByText('Around')
})

it('a part whose code did not come loads the page again once the node is back, and not before', async () => {
  const Absent = lazyPart(() => Promise.reject(new TypeError('Failed to fetch dynamically imported module')))
  const told = vi.spyOn(console, 'error').mockImplementation(() => undefined)
  let reloads = 0
  const { tell, user } = mount(
    <ErrorBoundary onReload={() => (reloads += 1)}>
      <Suspense>
        <Absent />
      </Suspense>
    </ErrorBoundary>,
  )
  tell({ connection: 'open' })
  await screen.findByRole('heading', { level: 1, name: 'This part could not be loaded' })
  told.mockRestore()
  expect(reloads).toBe(0)
  tell({ connection: 'lost' })
  expect(reloads).toBe(0)
  tell({ connection: 'open' })
  expect(reloads).toBe(1)
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(reloads).toBe(2)
})
