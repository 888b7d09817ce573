import { screen, within } from '@testing-library/react'
import { useState } from 'react'
import { expect, it } from 'vitest'
import type { PauseRules, RuleReading } from '#contract'
import { mount, type Answers } from '../../../component.fixture.tsx'
import { RULES } from '../../../node.fixture.ts'
import { unchanged } from '../saving/saved-value.ts'
import { RulesSection } from './rules-section.tsx'

function mountRules(readings: readonly RuleReading[] = [], sharing: Answers['sharing'] = {}) {
  const edited: PauseRules[] = []
  function Rules() {
    const [rules, setRules] = useState(RULES)
    const edit = (next: PauseRules) => {
      edited.push(next)
      setRules(next)
    }
    return (
      <RulesSection saved={{ state: unchanged(rules), edit, undo: () => undefined, redo: () => undefined }} />
    )
  }
  const mounted = mount(<Rules />, { node: { readings }, answers: { sharing } })
  return { ...mounted, edited }
}

/** The row of a rule. */
const row = (name: string) =>
  within(
    screen.getAllByRole('listitem').find((item) => within(item).queryByRole('switch', { name }) !== null)!,
  )
const load = () => row('While other programs are busy')
const percent = () => load().getByRole<HTMLInputElement>('textbox')

it('every rule is a switch, with its threshold where it has one', () => {
  mountRules()
  expect(screen.getAllByRole('switch')).toHaveLength(7)
  expect(percent().value).toBe('60 %')
  expect(row('On battery').queryByRole('textbox')).toBeNull()
})

it('a rule that is switched off keeps its threshold, which cannot be changed meanwhile', async () => {
  const { user, edited } = mountRules()
  await user.click(load().getByRole('switch'))
  expect(edited.at(-1)?.['other-load']).toEqual({ enabled: false, percent: 60 })
  expect(percent().disabled).toBe(true)
})

it('a threshold is edited by keys, within its bounds', async () => {
  const { user, edited } = mountRules()
  await user.click(percent())
  await user.keyboard('{ArrowUp}')
  expect(edited.at(-1)?.['other-load'].percent).toBe(65)
  await user.clear(percent())
  expect(edited.at(-1)?.['other-load'].percent).toBe(65)
})

it('a rule says what it reads, and that all is fine', () => {
  mountRules([{ rule: 'other-load', state: 'fine', value: 12 }])
  load().getByText('CPU by others: 12 % · fine')
  row('On battery').getByText('Not read yet')
})

it('a rule that pauses says since when, and can be overridden', async () => {
  const { user, asked } = mountRules(
    [{ rule: 'on-battery', state: 'bothered', value: 80, since_ms: Date.now() }],
    { shareAnyway: () => ({}) },
  )
  row('On battery').getByText(/^On battery: 80 % · pauses sharing since \d\d:\d\d$/)
  await user.click(row('On battery').getByRole('button', { name: 'Share anyway for now' }))
  await screen.findByText('Sharing anyway until the reason has passed.')
  expect(asked('sharing.shareAnyway')).toEqual([{ rule: 'on-battery' }])
})

it('a rule that is overridden says until when, and offers nothing more', () => {
  mountRules([{ rule: 'on-battery', state: 'bothered', value: 80, overridden_until_ms: Date.now() + 60_000 }])
  row('On battery').getByText(/shared anyway until \d\d:\d\d$/)
  expect(row('On battery').queryByRole('button', { name: /Share anyway/ })).toBeNull()
})

it('a rule that cannot be read on this PC says so; one that is off is not watched', () => {
  mountRules([
    { rule: 'temperature', state: 'unreadable' },
    { rule: 'in-use', state: 'fine' },
  ])
  row('When the processor is hot').getByText('We can’t detect this on this PC')
  row('While somebody uses this PC').getByText('Not watched · off')
})

it('each rule has help on demand', async () => {
  const { user } = mountRules()
  await user.hover(screen.getByRole('button', { name: 'About: On battery' }))
  await screen.findByText('While the PC is not plugged in.')
})
