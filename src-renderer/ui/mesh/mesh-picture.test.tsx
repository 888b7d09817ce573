import { act, screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../component.fixture.tsx'
import { MeshPicture, type MeshNode } from './mesh-picture.tsx'

const node = (name: string): MeshNode => ({
  key: name,
  name,
  description: `${name}: connected`,
  weightHere: 0.5,
  weightThere: 0.5,
  isPresent: true,
  flow: 'none',
})
const ADA_BOB_EVE = [node('Ada'), node('Bob'), node('Eve')]

const large = (nodes: readonly MeshNode[], hint = 'A line is trust.') => (
  <MeshPicture size="large" nodes={nodes} centre="You" label="Your mesh" hint={hint} />
)
const focused = () => document.activeElement?.getAttribute('aria-label')

it('a small picture is one image with its sentence, and nothing in it can be focused', async () => {
  const { user } = mount(<MeshPicture size="small" nodes={ADA_BOB_EVE} centre="You" label="3 people" />)
  screen.getByRole('img', { name: '3 people' })
  await user.tab()
  expect(document.activeElement).toBe(document.body)
})

it('a large picture reads out each node and names it under its disc', () => {
  mount(large(ADA_BOB_EVE))
  screen.getByRole('group', { name: 'Your mesh' })
  expect(screen.getAllByRole('img').map((one) => one.getAttribute('aria-label'))).toEqual([
    'Ada: connected',
    'Bob: connected',
    'Eve: connected',
  ])
  screen.getByText('Ada')
  screen.getByText('You')
})

it('one node is the tab stop, and arrow keys, Home and End go round the others', async () => {
  const { user } = mount(large(ADA_BOB_EVE))
  await user.tab()
  expect(focused()).toBe('Ada: connected')
  await user.keyboard('{ArrowRight}')
  expect(focused()).toBe('Bob: connected')
  await user.keyboard('{ArrowLeft}{ArrowLeft}')
  expect(focused()).toBe('Eve: connected')
  await user.keyboard('{ArrowDown}')
  expect(focused()).toBe('Ada: connected')
  await user.keyboard('{End}')
  expect(focused()).toBe('Eve: connected')
  await user.keyboard('{Home}')
  expect(focused()).toBe('Ada: connected')
})

it('the line under the picture describes the node that is looked at, and is a hint otherwise', async () => {
  const { user } = mount(large(ADA_BOB_EVE))
  screen.getByText('A line is trust.')
  await user.hover(screen.getByRole('img', { name: 'Bob: connected' }))
  screen.getByText('Bob: connected')
  await user.unhover(screen.getByRole('img', { name: 'Bob: connected' }))
  screen.getByText('A line is trust.')
  await user.tab()
  screen.getByText('Ada: connected')
})

it('a crowd is drawn without names', () => {
  mount(large(Array.from({ length: 40 }, (_, i) => node(`Person ${i}`))))
  expect(screen.getAllByRole('img')).toHaveLength(40)
  expect(screen.queryByText('Person 1')).toBeNull()
})

it('where the tab stop goes away, the last node left is the tab stop', async () => {
  const { user, redraw } = mount(large(ADA_BOB_EVE))
  await user.tab()
  await user.keyboard('{End}')
  redraw(large(ADA_BOB_EVE.slice(0, 2)))
  act(() => document.body.focus())
  await user.tab()
  expect(focused()).toBe('Bob: connected')
})
