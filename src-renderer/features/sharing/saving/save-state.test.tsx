import { act, screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { fault, mount } from '../../../component.fixture.tsx'
import { SaveState } from './save-state.tsx'
import { useSavedValue } from './use-saved-value.ts'

/** An editor of one letter. */
function Editor({
  told,
  save,
}: {
  readonly told: string
  readonly save: (value: string) => Promise<unknown>
}) {
  const saved = useSavedValue(told, save)
  return (
    <>
      <input
        aria-label="Letter"
        value={saved.state.value}
        onChange={(event) => saved.edit(event.currentTarget.value)}
      />
      <SaveState saved={saved} withUndo />
    </>
  )
}

function mountEditor(answer: () => Promise<unknown> = () => Promise.resolve()) {
  const sent: string[] = []
  const save = (value: string) => {
    sent.push(value)
    return answer()
  }
  return { ...mount(<Editor told="a" save={save} />), sent, save }
}

const letter = () => screen.getByRole<HTMLInputElement>('textbox', { name: 'Letter' })
const state = () => screen.getByRole('status').textContent
const undo = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Undo' })
const redo = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Redo' })

it('nothing is said of an unedited value, and there is no way back', () => {
  mountEditor()
  expect(state()).toBe('')
  expect([undo().disabled, redo().disabled]).toEqual([true, true])
})

it('an edit is shown at once, saved a moment later, and said to be saved', async () => {
  const { user, sent } = mountEditor()
  await user.type(letter(), 'b')
  expect(letter().value).toBe('ab')
  expect(state()).toBe('Saving')
  await waitFor(() => expect(state()).toBe('Saved'))
  expect(sent).toEqual(['ab'])
})

it('edits in quick succession are saved as one', async () => {
  const { user, sent } = mountEditor()
  await user.type(letter(), 'bcd')
  await waitFor(() => expect(state()).toBe('Saved'))
  expect(sent).toEqual(['abcd'])
})

it('Undo and Redo go through the edits', async () => {
  const { user } = mountEditor()
  await user.type(letter(), 'b')
  await user.click(undo())
  expect(letter().value).toBe('a')
  await user.click(redo())
  expect(letter().value).toBe('ab')
  expect(redo().disabled).toBe(true)
})

it('a value that the node refuses is as it was before, with the reason', async () => {
  const { user } = mountEditor(() => Promise.reject(fault('bad-input', 'No such zone.')))
  await user.type(letter(), 'b')
  await waitFor(() => expect(state()).toBe('Not saved: No such zone.'))
  expect(letter().value).toBe('a')
  expect(redo().disabled).toBe(false)
})

it('an edit that is not saved yet is saved when its editor goes away', async () => {
  const { user, redraw, sent } = mountEditor()
  await user.type(letter(), 'b')
  act(() => redraw(null))
  expect(sent).toEqual(['ab'])
})

it('a value that is changed elsewhere is shown, but not over an edit under way', async () => {
  const { user, redraw, save } = mountEditor()
  redraw(<Editor told="z" save={save} />)
  expect(letter().value).toBe('z')
  await user.type(letter(), 'b')
  redraw(<Editor told="q" save={save} />)
  expect(letter().value).toBe('zb')
})
