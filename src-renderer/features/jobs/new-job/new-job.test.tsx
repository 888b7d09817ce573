import { screen } from '@testing-library/react'
import { afterEach, expect, it } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { noop } from '../../../job-kinds/kinds.ts'
import { JobsScreen } from '../jobs-screen.tsx'

const RENDER_TITLE = 'What do you want to render?'

/** Shows or hides the form that a development build has besides. */
function showNoop(isShown: boolean): void {
  Object.assign(noop.form ?? expect.unreachable('noop has a form'), { isForDevelopment: !isShown })
}
afterEach(() => showNoop(false))

it('with two forms a user chooses the kind first', async () => {
  showNoop(true)
  const { user, path } = mount(<JobsScreen />, { path: '/jobs/new' })
  await screen.findByRole('heading', { name: 'What do you want to compute?' })
  screen.getByRole('link', { name: 'New render' })
  await user.click(screen.getByRole('link', { name: 'New test' }))
  expect(path()).toBe('/jobs/new/noop')
  await screen.findByRole('heading', { name: 'How large shall the test be?' })
})

it('a kind is chosen by its name in the address', async () => {
  showNoop(true)
  mount(<JobsScreen />, { path: '/jobs/new/render' })
  await screen.findByRole('heading', { name: RENDER_TITLE })
})

it('with two forms an empty board has the button for a new job', async () => {
  showNoop(true)
  mount(<JobsScreen />, { path: '/jobs' })
  const link = await screen.findByRole('link', { name: 'New job' })
  expect(link.getAttribute('href')).toBe('/jobs/new')
})

it('a form that the build does not show is neither offered nor opened', async () => {
  mount(<JobsScreen />, { path: '/jobs/new/noop' })
  await screen.findByRole('heading', { name: RENDER_TITLE })
})

it('the only form is there at once', async () => {
  mount(<JobsScreen />, { path: '/jobs/new' })
  await screen.findByRole('heading', { name: RENDER_TITLE })
  screen.getByRole('link', { name: 'Back to the jobs' })
})
