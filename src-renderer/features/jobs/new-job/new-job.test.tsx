// @vitest-environment jsdom
import { screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { IconFlask } from '@tabler/icons-react'
import { mount } from '../../../component.fixture.tsx'
import type { AnyJobKind } from '../../../job-kinds/job-kind.ts'
import type * as kinds from '../../../job-kinds/kinds.ts'
import { JobsScreen } from '../jobs-screen.tsx'

/** A kind with a form, which the build shows or does not. */
const trial = vi.hoisted(() => ({ isShown: true }))
vi.mock('../../../job-kinds/kinds.ts', async (importOriginal) => {
  const original: typeof kinds = await importOriginal()
  const words = { work: 'Try', here: 'Trying', start: 'Try it', newJob: 'New trial', invite: 'Try' }
  const kind: AnyJobKind = {
    algorithms: ['test.trial'],
    Icon: IconFlask,
    words: () => words,
    form: {
      get isForDevelopment() {
        return !trial.isShown
      },
      words: () => words,
      NewJob: () => <h1>How shall it be tried?</h1>,
    },
    showsFuel: true,
  }
  return { ...original, trial: kind }
})

const RENDER_TITLE = 'What shall be rendered?'

it('with two forms a user chooses the kind first', async () => {
  trial.isShown = true
  const { user, path } = mount(<JobsScreen />, { path: '/jobs/new' })
  await screen.findByRole('heading', { name: 'What shall be computed?' })
  screen.getByRole('link', { name: 'New render' })
  await user.click(screen.getByRole('link', { name: 'New trial' }))
  expect(path()).toBe('/jobs/new/trial')
  await screen.findByRole('heading', { name: 'How shall it be tried?' })
})

it('a kind is chosen by its name in the address', async () => {
  trial.isShown = true
  mount(<JobsScreen />, { path: '/jobs/new/render' })
  await screen.findByRole('heading', { name: RENDER_TITLE })
})

it('with two forms an empty board has the button for a new job', async () => {
  trial.isShown = true
  mount(<JobsScreen />, { path: '/jobs' })
  const link = await screen.findByRole('link', { name: 'New job' })
  expect(link.getAttribute('href')).toBe('/jobs/new')
})

it('a form that the build does not show is neither offered nor opened', async () => {
  trial.isShown = false
  mount(<JobsScreen />, { path: '/jobs/new/trial' })
  await screen.findByRole('heading', { name: RENDER_TITLE })
})

it('the only form is there at once', async () => {
  trial.isShown = false
  mount(<JobsScreen />, { path: '/jobs/new' })
  await screen.findByRole('heading', { name: RENDER_TITLE })
  screen.getByRole('link', { name: 'Back to the jobs' })
})
