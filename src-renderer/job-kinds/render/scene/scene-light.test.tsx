import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { SceneLight } from './scene-light.tsx'

it.each([
  ['studio', 'This scene has no lights. It gets soft studio light.'],
  ['nothing', 'Hardly any light reaches what the camera sees. The picture would be black.'],
] as const)('a scene lit by %s is told of before it is sent, with what to do', (litBy, words) => {
  mount(<SceneLight litBy={litBy} at="scene" />)
  const { textContent } = screen.getByRole('status')
  expect(textContent).toContain(words)
  expect(textContent).toMatch(/drop a \.hdr sky here, or add lights in your 3D program/i)
})

it.each(['own', 'environment', undefined] as const)('nothing is said of a scene lit by %s', (litBy) => {
  mount(<SceneLight litBy={litBy} at="scene" />)
  expect(screen.queryByRole('status')).toBeNull()
})
