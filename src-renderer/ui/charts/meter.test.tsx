import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../component.fixture.tsx'
import { Meter } from './meter.tsx'
import { Sparkline } from './sparkline.tsx'

const value = () => screen.getByRole('meter', { name: 'Disk' }).getAttribute('aria-valuenow')

it('a meter is read out by its label, its share and its figures', () => {
  mount(<Meter label="Disk" value={5} max={20} figures="5 GB of 20 GB" />)
  expect(value()).toBe('25')
  expect(screen.getByRole('meter').getAttribute('aria-valuetext')).toBe('5 GB of 20 GB')
  screen.getByText('5 GB of 20 GB')
})

it('a meter is full where more is taken than there is, and empty where there is nothing to take', () => {
  const { redraw } = mount(<Meter label="Disk" value={25} max={20} figures="" />)
  expect(value()).toBe('100')
  redraw(<Meter label="Disk" value={25} max={0} figures="" />)
  expect(value()).toBe('0')
  redraw(<Meter label="Disk" value={NaN} max={20} figures="" />)
  expect(value()).toBe('0')
})

it('a sparkline is an image that is described in words', () => {
  mount(<Sparkline values={[1, null, 3]} label="Units: 1, nothing, 3" />)
  screen.getByRole('img', { name: 'Units: 1, nothing, 3' })
})
