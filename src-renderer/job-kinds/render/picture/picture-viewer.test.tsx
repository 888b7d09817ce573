import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../../component.fixture.tsx'
import { factsOf } from '../../job.fixture.ts'
import { PictureViewer } from './picture-viewer.tsx'

function mountViewer() {
  const mounted = mount(
    <PictureViewer
      picture={factsOf('render')}
      url="blob:picture"
      over={undefined}
      label="Kitchen, finished"
      compare={undefined}
      controls={<button type="button">More</button>}
    />,
  )
  const frame = screen.getByRole('group', { name: 'Kitchen, finished' })
  frame.focus()
  return { ...mounted, frame }
}

const pressed = (name: string) => screen.getByRole('button', { name }).getAttribute('aria-pressed')
const placement = () => screen.getByRole('img').style.transform

it('a picture is fitted at first, and shown at full size by its button or the key 1', async () => {
  const { user, frame } = mountViewer()
  expect(pressed('Fit')).toBe('true')
  await user.click(screen.getByRole('button', { name: '100 %' }))
  expect([pressed('Fit'), pressed('100 %')]).toEqual(['false', 'true'])
  await user.click(screen.getByRole('button', { name: 'Fit' }))
  expect(pressed('Fit')).toBe('true')
  frame.focus()
  await user.keyboard('1')
  expect(pressed('100 %')).toBe('true')
})

it('plus and minus zoom, as their buttons do', async () => {
  const { user } = mountViewer()
  await user.keyboard('1+')
  screen.getByText('125 %')
  await user.keyboard('-')
  expect(placement()).toContain('scale(1)')
  await user.click(screen.getByRole('button', { name: 'Closer' }))
  expect(placement()).toContain('scale(1.25)')
  await user.click(screen.getByRole('button', { name: 'Farther' }))
  expect(placement()).toContain('scale(1)')
})

it('arrow keys move the picture, and 0 fits it again', async () => {
  const { user } = mountViewer()
  await user.keyboard('1+++++++')
  const before = placement()
  await user.keyboard('{ArrowRight}')
  expect(placement()).not.toBe(before)
  await user.keyboard('0')
  expect(pressed('Fit')).toBe('true')
})

it('keys with Ctrl are the browser’s, and those of a control are its own', async () => {
  const { user } = mountViewer()
  await user.keyboard('{Control>}1{/Control}')
  expect(pressed('Fit')).toBe('true')
  screen.getByRole('button', { name: 'More' }).focus()
  await user.keyboard('1')
  expect(pressed('Fit')).toBe('true')
})

it('has the keys described', () => {
  const { frame } = mountViewer()
  expect(document.getElementById(frame.getAttribute('aria-describedby')!)?.textContent).toContain(
    'Plus and minus zoom',
  )
})
