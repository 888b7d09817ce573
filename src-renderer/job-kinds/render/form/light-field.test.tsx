import { useState } from 'react'
import { screen } from '@testing-library/react'
import { expect, it, vi } from 'vitest'
import { sunPosition } from '#contract'
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
  expect(names()).toEqual([...['Scene', 'Lamps only', 'Studio', 'Soft boxes', 'Windows', 'Clouds', 'Sky']])
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
  const enter = async (name: string, degrees: number): Promise<void> => {
    await user.clear(screen.getByRole('textbox', { name }))
    await user.type(screen.getByRole('textbox', { name }), `${degrees}`)
  }
  // Noon by this clock, wherever it stands.
  const atMs = new Date(NOON).setHours(12, 0, 0, 0)
  const longitude = -new Date(NOON).getTimezoneOffset() / 4
  await enter('Latitude', 48)
  await enter('Longitude', longitude)
  const { elevation, azimuth } = sunPosition({ atMs, latitude: 48, longitude })
  expect(elevation).toBeGreaterThan(60)
  expect(light()).toMatchObject({ sunElevation: Math.round(elevation), sunAzimuth: Math.round(azimuth) })
  await enter('Longitude', longitude > 0 ? longitude - 180 : longitude + 180)
  screen.getByText('The sun is below the horizon then')
  expect(light()?.sunElevation).toBeGreaterThan(0)
})
