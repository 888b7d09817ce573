import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../component.fixture.tsx'
import { TrustSlider } from './trust-slider.tsx'

const slider = () => screen.getByRole('slider', { name: 'Your trust in Ada' })

it('the slider says trust in a word, and shows the same word', () => {
  mount(<TrustSlider trust={0.75} label="Your trust in Ada" onChange={() => undefined} />)
  expect(slider().getAttribute('aria-valuetext')).toBe('a lot')
  screen.getByText('a lot')
})

it('an arrow key sets the next step of trust', async () => {
  const chosen: number[] = []
  const { user } = mount(
    <TrustSlider trust={0.5} label="Your trust in Ada" onChange={(t) => chosen.push(t)} />,
  )
  await user.tab()
  expect(document.activeElement).toBe(slider())
  await user.keyboard('{ArrowRight}')
  expect(chosen).toEqual([0.75])
})

it('a key at the end of the scale changes nothing', async () => {
  const chosen: number[] = []
  const { user } = mount(<TrustSlider trust={1} label="Your trust in Ada" onChange={(t) => chosen.push(t)} />)
  await user.tab()
  await user.keyboard('{ArrowRight}{End}')
  expect(chosen).toEqual([])
})
