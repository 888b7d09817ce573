import { useRef } from 'react'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { mount } from '../../component.fixture.tsx'
import { useToastRoom } from './toast-room.ts'

/** A row of buttons of which the edges are set by the test. */
function Foot({ top, bottom }: { readonly top: number; readonly bottom: number }) {
  const foot = useRef<HTMLDivElement>(null)
  useToastRoom(foot)
  return (
    <div
      ref={(element) => {
        foot.current = element
        if (element !== null)
          element.getBoundingClientRect = () =>
            ({ top, bottom }) as ReturnType<Element['getBoundingClientRect']>
      }}
    >
      Render it
    </div>
  )
}

const room = () => document.documentElement.style.getPropertyValue('--toasts-bottom')

beforeEach(() => {
  vi.stubGlobal('innerHeight', 800)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

it('toasts stand above a row of buttons at the window’s lower edge, and where they were once it is gone', () => {
  const { redraw } = mount(<Foot top={740} bottom={800} />)
  expect(room()).toBe('68px')
  redraw(null)
  expect(room()).toBe('')
})

it('a row that leaves room below, or is scrolled out of sight, moves no toast', () => {
  const { redraw } = mount(<Foot top={300} bottom={360} />)
  expect(room()).toBe('')
  redraw(null)
  redraw(<Foot top={900} bottom={960} />)
  expect(room()).toBe('')
})
