import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../component.fixture.tsx'
import { Shortcuts } from './shortcuts.tsx'

function mountShortcuts() {
  return mount(
    <>
      <Shortcuts />
      <input aria-label="Name" />
    </>,
    { path: '/settings' },
  )
}

it('g and a letter go to a screen', async () => {
  const { user, path } = mountShortcuts()
  await user.keyboard('gp')
  expect(path()).toBe('/people')
  await user.keyboard('go')
  expect(path()).toBe('/')
})

it('n goes to a new render', async () => {
  const { user, path } = mountShortcuts()
  await user.keyboard('n')
  expect(path()).toBe('/jobs/new')
})

it('a letter that is typed into a field is no shortcut', async () => {
  const { user, path } = mountShortcuts()
  await user.type(screen.getByRole('textbox', { name: 'Name' }), 'gpn?')
  expect(path()).toBe('/settings')
  expect(screen.queryByRole('dialog')).toBeNull()
})

it('a key with Ctrl is the browser’s', () => {
  const { path } = mountShortcuts()
  fireEvent.keyDown(window, { key: 'n', ctrlKey: true })
  expect(path()).toBe('/settings')
})

it('? shows all shortcuts, and Escape closes them', async () => {
  const { user } = mountShortcuts()
  await user.keyboard('?')
  await screen.findByRole('dialog', { name: 'Keyboard shortcuts' })
  const rows = screen
    .getAllByRole('term')
    .map((term) => [term.textContent, term.nextElementSibling?.textContent])
  expect(rows).toEqual([
    ['Go to Overview', 'g then o'],
    ['Go to Jobs', 'g then j'],
    ['Go to Sharing', 'g then s'],
    ['Go to People', 'g then p'],
    ['Go to Settings', 'g then e'],
    ['New render', 'n'],
    ['Show this list', '?'],
  ])
  await user.keyboard('{Escape}')
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
})
