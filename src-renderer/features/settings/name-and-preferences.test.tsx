import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { NodeInfo, PreferencesChange } from '#contract'
import { fault, mount, type Answers } from '../../component.fixture.tsx'
import { nodeInfo, preferences } from '../../node.fixture.ts'
import { NameRow } from './name-row.tsx'
import { PreferenceSections } from './preference-rows.tsx'

const field = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Name of this PC' })
const save = () => screen.queryByRole('button', { name: 'Save' })

function mountName(setName: NonNullable<Answers['node']>['setName']) {
  const info: NodeInfo = nodeInfo({ name: 'Studio' })
  return mount(<NameRow info={info} />, {
    answers: {
      node: { setName: setName!, info: () => info },
      preferences: { get: () => ({ preferences: preferences(), host: 'headless' }) },
    },
  })
}

const done = () => ({})

it('there is nothing to save while the name is as the node has it', async () => {
  const { user } = mountName(done)
  expect(field().value).toBe('Studio')
  expect(save()).toBeNull()
  await user.type(field(), ' 2')
  expect(save()).not.toBeNull()
  await user.keyboard('{Escape}')
  expect(field().value).toBe('Studio')
  expect(save()).toBeNull()
})

it('Enter saves the name without spaces around it, and says so', async () => {
  const { user, asked } = mountName(done)
  await user.clear(field())
  await user.type(field(), ' Attic {Enter}')
  await screen.findByText('Name saved')
  expect(asked('node.setName')).toEqual([{ name: 'Attic' }])
  await waitFor(() => expect(save()).toBeNull())
})

it('an empty name is refused at the field', async () => {
  const { user, asked } = mountName(done)
  await user.clear(field())
  screen.getByText('A PC needs a name.')
  await user.keyboard('{Enter}')
  expect(asked('node.setName')).toEqual([])
})

it('a name that the node refuses stays in the field', async () => {
  const { user } = mountName(() => Promise.reject(fault('bad-input', 'Too odd.')))
  await user.type(field(), ' 2')
  await user.click(save()!)
  expect((await screen.findByRole('alert')).textContent).toContain('Too odd.')
  expect(field().value).toBe('Studio 2')
})

function mountPreferences(
  set: (change: PreferencesChange) => object | Promise<object>,
  host: 'desktop' | 'headless' = 'desktop',
) {
  return mount(<PreferenceSections preferences={preferences()} />, {
    node: { host },
    answers: { preferences: { set: (change) => set(change) as Promise<Record<string, never>> } },
  })
}

const isOn = (name: string) => screen.getByRole<HTMLInputElement>('switch', { name }).checked

it('a theme is chosen and told to the node', async () => {
  const { user, asked } = mountPreferences(done)
  const dark = screen.getByRole<HTMLInputElement>('radio', { name: 'Dark' })
  await user.click(dark)
  expect(dark.checked).toBe(true)
  expect(asked('preferences.set')).toEqual([{ theme: 'dark' }])
})

it('a language is chosen from the list', async () => {
  const { user, asked } = mountPreferences(done)
  await user.click(screen.getByRole('combobox', { name: 'Language' }))
  await user.click(await screen.findByRole('option', { name: 'Deutsch' }))
  expect(asked('preferences.set')).toEqual([{ language: 'de' }])
})

it('a switch moves at once, and goes back when the node refuses', async () => {
  const answer = Promise.withResolvers<object>()
  const { user } = mountPreferences(() => answer.promise)
  expect(isOn('Notifications')).toBe(true)
  await user.click(screen.getByRole('switch', { name: 'Notifications' }))
  expect(isOn('Notifications')).toBe(false)
  answer.reject(fault('storage-failed', 'Not written.'))
  await screen.findByRole('alert')
  expect(isOn('Notifications')).toBe(true)
})

it('only the desktop can start at login; in a browser the switch is off and says why', () => {
  const { tell } = mountPreferences(done)
  const login = screen.getByRole<HTMLInputElement>('switch', { name: 'Start when I log in' })
  expect(login.disabled).toBe(false)
  screen.getByText('Meshwork waits in the tray.')
  tell({ host: 'headless' })
  expect(login.disabled).toBe(true)
  screen.getByText(/Meshwork runs as a service on this PC/)
})
