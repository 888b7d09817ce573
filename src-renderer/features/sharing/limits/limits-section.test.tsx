import { screen, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, it } from 'vitest'
import type { SharingLimits } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { hardwareInfo, meters } from '../../../node.fixture.ts'
import { unchanged } from '../saving/saved-value.ts'
import { LimitsSection } from './limits-section.tsx'

const GIB = 2 ** 30

function mountLimits(first: SharingLimits = { cpu_percent: 100 }) {
  const edited: SharingLimits[] = []
  function Limits() {
    const [limits, setLimits] = useState(first)
    const edit = (next: SharingLimits) => {
      edited.push(next)
      setLimits(next)
    }
    return (
      <LimitsSection
        saved={{ state: unchanged(limits), edit, undo: () => undefined, redo: () => undefined }}
        hardware={hardwareInfo()}
      />
    )
  }
  return { ...mount(<Limits />), edited }
}

const toggle = (name: string) => screen.getByRole<HTMLInputElement>('switch', { name: `Limit ${name}` })
const amount = (name: string) => screen.getByRole<HTMLInputElement>('textbox', { name: `Limit ${name}` })

it('processor time is a slider in steps of five percent', async () => {
  const { user, edited } = mountLimits()
  const slider = screen.getByRole('slider', { name: 'Limit Processor time' })
  expect(slider.getAttribute('aria-valuetext')).toBe('100 %')
  slider.focus()
  await user.keyboard('{ArrowLeft}')
  expect(edited).toEqual([{ cpu_percent: 95 }])
  screen.getByText('95 % of each shared core')
})

it('a limit that is switched on begins with a usual amount', async () => {
  const { user, edited } = mountLimits()
  expect(screen.getAllByText('No limit')).toHaveLength(4)
  await user.click(toggle('Memory'))
  expect(edited.at(-1)).toEqual({ cpu_percent: 100, ram_bytes: 4 * GIB })
  expect(amount('Memory').value).toBe('4 GB')
})

it('an amount is edited by keys, and comes back when its limit is switched off and on', async () => {
  const { user, edited } = mountLimits({ cpu_percent: 100, ram_bytes: 4 * GIB })
  await user.click(amount('Memory'))
  await user.keyboard('{ArrowUp}')
  expect(edited.at(-1)?.ram_bytes).toBe(4.5 * GIB)
  await user.click(toggle('Memory'))
  expect(edited.at(-1)).toEqual({ cpu_percent: 100 })
  await user.click(toggle('Memory'))
  expect(edited.at(-1)?.ram_bytes).toBe(4.5 * GIB)
})

it('an amount beyond what the machine has is not taken', async () => {
  const { user, edited } = mountLimits({ cpu_percent: 100, ram_bytes: 4 * GIB })
  await user.clear(amount('Memory'))
  await user.type(amount('Memory'), '99')
  expect(edited.at(-1)?.ram_bytes).toBe(9 * GIB)
})

it('meters say what is taken right now, once they have told', () => {
  const { tell } = mountLimits({ cpu_percent: 100, ram_bytes: 2 * GIB })
  expect(screen.getAllByText('not measured yet')).toHaveLength(5)
  tell({ meters: meters({ ram_bytes: GIB, upload_bytes_per_s: 1.5e6 }) })
  const value = (name: string) => screen.getByRole('meter', { name }).getAttribute('aria-valuetext')
  expect(value('Processor time right now')).toBe('Meshwork 10 %, others 30 %')
  expect(value('Memory right now')).toBe('now 1 GB of 2 GB')
  expect(value('Disk right now')).toBe('now 5 GB of 20 GB')
  // Nothing bounds the upload: figures without a bar.
  within(screen.getByRole('group', { name: 'Upload right now' })).getByText('now 1.5 MB/s')
})
