import { screen, waitFor, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, it } from 'vitest'
import type { WeekPlan } from '#contract'
import { mount } from '../../../component.fixture.tsx'
import { weekPlan } from '../../../node.fixture.ts'
import { ExceptionsSection } from './exceptions-section.tsx'

/** Wednesday, June 10. */
const NOW_MS = Date.UTC(2026, 5, 10, 12)

function mountExceptions(first: Partial<WeekPlan> = {}) {
  const plans: WeekPlan[] = []
  function Exceptions() {
    const [plan, setPlan] = useState(() => weekPlan(first))
    return (
      <ExceptionsSection
        plan={plan}
        nowMs={NOW_MS}
        onPlan={(next) => {
          plans.push(next)
          setPlan(next)
        }}
      />
    )
  }
  return { ...mount(<Exceptions />), exceptions: () => plans.at(-1)?.exceptions }
}

const CHRISTMAS = 'Fri, December 25, 2026'
const HOLIDAY = { exceptions: [{ date: '2026-12-25', blocks: [] }] }

it('without dates the section says what they are for', () => {
  mountExceptions()
  screen.getByText(/^None yet\. Add a day/)
})

it('a date is chosen in the calendar, and is not shared at first', async () => {
  const { user, exceptions } = mountExceptions()
  await user.click(screen.getByRole('button', { name: 'Add a day' }))
  await user.click(await screen.findByRole('button', { name: '24 June 2026' }))
  expect(exceptions()).toEqual([{ date: '2026-06-24', blocks: [] }])
  const kind = screen.getByRole('radiogroup', { name: 'What is shared on Wed, June 24, 2026' })
  expect(within(kind).getByRole<HTMLInputElement>('radio', { name: 'Not shared' }).checked).toBe(true)
})

it('dates that are over or taken cannot be chosen', async () => {
  const { user } = mountExceptions({ exceptions: [{ date: '2026-06-24', blocks: [] }] })
  await user.click(screen.getByRole('button', { name: 'Add a day' }))
  const day = (name: string) => screen.getByRole<HTMLButtonElement>('button', { name })
  await screen.findByRole('button', { name: '25 June 2026' })
  expect(day('9 June 2026').disabled).toBe(true)
  expect(day('24 June 2026').disabled).toBe(true)
  expect(day('25 June 2026').disabled).toBe(false)
})

it('Other hours begin as the hours of that day of the week', async () => {
  const { user, exceptions } = mountExceptions({
    ...HOLIDAY,
    blocks: [{ day: 4, start_minute: 600, minutes: 120 }],
  })
  await user.click(screen.getByRole('radio', { name: 'Other hours' }))
  expect(exceptions()).toEqual([{ date: '2026-12-25', blocks: [{ start_minute: 600, minutes: 120 }] }])
  const hours = screen.getByRole('group', { name: `Hours on ${CHRISTMAS}: 10:00` })
  await user.selectOptions(within(hours).getByRole('combobox', { name: 'To' }), '13:00')
  expect(exceptions()?.[0]?.blocks).toEqual([{ start_minute: 600, minutes: 180 }])
})

it('hours are added to a date and removed from it', async () => {
  const { user, exceptions } = mountExceptions({
    exceptions: [{ date: '2026-12-25', blocks: [{ start_minute: 600, minutes: 120 }] }],
  })
  await user.click(screen.getByRole('button', { name: 'Add hours' }))
  expect(exceptions()?.[0]?.blocks).toHaveLength(2)
  await user.click(screen.getByRole('button', { name: 'Remove 10:00–12:00' }))
  expect(exceptions()?.[0]?.blocks).toEqual([{ start_minute: 780, minutes: 60 }])
})

it('a date is removed at once, and Undo puts it back', async () => {
  const { user, exceptions } = mountExceptions(HOLIDAY)
  await user.click(screen.getByRole('button', { name: `Remove ${CHRISTMAS}` }))
  expect(exceptions()).toEqual([])
  await screen.findByText(`${CHRISTMAS} is like every week again`)
  await user.click(screen.getByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(exceptions()).toEqual(HOLIDAY.exceptions))
})

it('a date that is over is marked as over', () => {
  mountExceptions({ exceptions: [{ date: '2026-06-09', blocks: [] }, ...HOLIDAY.exceptions] })
  const [past, future] = screen.getAllByRole('listitem')
  within(past!).getByText('over')
  expect(within(future!).queryByText('over')).toBeNull()
})
