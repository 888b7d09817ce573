import { useState } from 'react'
import { screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { FIRST_LIGHT, type LightForm } from './light-form.ts'
import { LightField } from './light-field.tsx'

const NOON = Date.UTC(2026, 5, 21, 11, 2)

function mountField({ first = FIRST_LIGHT, hasPicture = false } = {}) {
  const changed = vi.fn<(light: LightForm) => void>()
  function Field() {
    const [light, setLight] = useState(first)
    const onChange = (next: LightForm): void => {
      changed(next)
      setLight(next)
    }
    return <LightField {...{ light, hasPicture, onChange }} nowMs={NOON} />
  }
  const mounted = mount(<Field />)
  return { ...mounted, light: () => changed.mock.lastCall?.[0] }
}

const names = () => screen.getAllByRole('radio').map((radio) => radio.closest('label')?.textContent)

it('offers every light by its look, and says what the chosen one is', async () => {
  const { user, light } = mountField()
  expect(names()).toEqual([
    ...['The scene’s', 'Lamps only', 'Studio', 'Soft boxes', 'Windows', 'Clouds', 'Sun and sky'],
  ])
  expect(screen.queryByRole('slider')).toBeNull()
  await user.click(screen.getByRole('radio', { name: 'Clouds' }))
  expect(light()?.choice).toBe('overcast')
  screen.getByText('A garden on a cloudy day: hardly any shadows.')
  expect(screen.getAllByRole('slider').map((slider) => slider.getAttribute('aria-valuetext'))).toEqual([
    ...['0°', '0 EV'],
  ])
})

it('has the dropped picture in place of the file’s own matter', () => {
  mountField({ hasPicture: true })
  expect(names()[0]).toBe('Lamps only')
  expect(screen.getByRole<HTMLInputElement>('radio', { name: 'Your .hdr' }).checked).toBe(true)
})

it('is turned and made stronger by keys', async () => {
  const { user, light } = mountField({ first: { ...FIRST_LIGHT, choice: 'studio' } })
  screen.getByRole('slider', { name: 'Turn' }).focus()
  await user.keyboard('{ArrowRight}{ArrowRight}')
  expect(light()?.turn).toBe(2)
  screen.getByRole('slider', { name: 'Strength' }).focus()
  await user.keyboard('{ArrowRight}{ArrowRight}')
  expect(light()?.strengthStops).toBe(1)
})

it('puts the sun where it stands at a time and place, and says so where it is night', async () => {
  const { user, light } = mountField({ first: { ...FIRST_LIGHT, choice: 'sky' } })
  await user.click(screen.getByRole('button', { name: 'Put the sun by time and place' }))
  const [latitude, longitude] = ['Latitude', 'Longitude'].map((name) => screen.getByRole('textbox', { name }))
  await user.clear(latitude!)
  await user.type(latitude!, '48')
  await user.clear(longitude!)
  await user.type(longitude!, '15')
  // Midsummer noon: 90° − 48° + 23.4°, in the south.
  expect(light()).toMatchObject({ sunElevation: 65 })
  expect(Math.abs((light()?.sunAzimuth ?? 0) - 180)).toBeLessThan(3)
  await user.clear(longitude!)
  await user.type(longitude!, '-165')
  await user.clear(latitude!)
  await user.type(latitude!, '-48')
  screen.getByText('The sun is below the horizon then')
  expect(light()?.sunElevation).toBeGreaterThan(0)
})
