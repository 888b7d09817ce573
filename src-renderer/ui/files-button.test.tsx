import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../component.fixture.tsx'
import { FilesButton } from './files-button.tsx'

const scene = new File(['x'], 'scene.glb')

/** The browser's own field behind the button, which only the button opens. */
const field = () => screen.getByLabelText('Choose files', { selector: 'input' })

it('the button opens the choice of files', async () => {
  const { user } = mount(<FilesButton label="Choose files" onChoose={() => undefined} />)
  let opened = 0
  field().addEventListener('click', () => (opened += 1))
  await user.click(screen.getByRole('button', { name: 'Choose files' }))
  expect(opened).toBe(1)
})

it('chosen files are handed over, also the same one twice', async () => {
  const chosen: string[][] = []
  const { user } = mount(
    <FilesButton
      label="Choose files"
      onChoose={(files) => chosen.push(Array.from(files, ({ name }) => name))}
    />,
  )
  const input = screen.getByLabelText<HTMLInputElement>('Choose files', { selector: 'input' })
  await user.upload(input, scene)
  await user.upload(input, scene)
  expect(chosen).toEqual([['scene.glb'], ['scene.glb']])
})

it('a choice that is closed without files hands nothing over', async () => {
  let count = 0
  const { user } = mount(<FilesButton label="Choose files" onChoose={() => (count += 1)} />)
  await user.upload(screen.getByLabelText<HTMLInputElement>('Choose files', { selector: 'input' }), [])
  expect(count).toBe(0)
})

it('a button for a folder asks the browser for a folder', () => {
  mount(<FilesButton label="Choose files" isFolder onChoose={() => undefined} />)
  expect(field().hasAttribute('webkitdirectory')).toBe(true)
})
