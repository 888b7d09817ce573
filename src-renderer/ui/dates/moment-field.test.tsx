import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../component.fixture.tsx'
import { MomentField } from './moment-field.tsx'

const NOON = new Date(2026, 10, 25, 12).getTime()

it('a moment is chosen by the usual ones in the program’s words, and never by the browser’s own date field', async () => {
  const chosen: (number | undefined)[] = []
  const { user } = mount(
    <MomentField
      label="Should be done by"
      hint="Optional."
      atMs={undefined}
      onMoment={(atMs) => chosen.push(atMs)}
      nowMs={NOON}
    />,
  )
  await user.click(await screen.findByRole('button', { name: 'Should be done by: Any time' }))
  expect(document.querySelector('input[type^="date"], input[type="time"]')).toBeNull()
  await user.click(await screen.findByRole('button', { name: 'Tomorrow morning' }))
  expect(chosen).toEqual([new Date(2026, 10, 26, 8).getTime()])
})

it('a chosen moment is written as the program writes all moments', async () => {
  const atMs = new Date(2026, 10, 26, 18, 5).getTime()
  mount(<MomentField label="Should be done by" hint="" atMs={atMs} onMoment={() => undefined} nowMs={NOON} />)
  const field = await screen.findByRole('button', { name: /^Should be done by: / })
  const written = field.getAttribute('aria-label')?.replace('Should be done by: ', '')
  expect(written).toContain('18:05')
  expect(field.textContent).toBe(written)
})
