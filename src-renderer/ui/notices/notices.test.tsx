import { act, screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { mount } from '../../component.fixture.tsx'
import { FaultNotice } from './fault-notice.tsx'
import { Hints } from './hints.tsx'
import { offerUndo } from './undo-toast.tsx'

it('a fault is an alert with its reason; without another attempt there is no button', () => {
  mount(<FaultNotice message="The disk is full." />)
  const alert = screen.getByRole('alert')
  expect(alert.textContent).toBe('This did not workThe disk is full.')
  expect(screen.queryByRole('button')).toBeNull()
})

it('Try again of a fault makes another attempt', async () => {
  let attempts = 0
  const { user } = mount(<FaultNotice title="Not loaded" message="Late." onRetry={() => (attempts += 1)} />)
  screen.getByText('Not loaded')
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect(attempts).toBe(1)
})

it('pointing at a part with a hint shows it, and leaving the list hides it', async () => {
  const { user } = mount(
    <>
      <Hints>
        <p data-hint="12 verified, 1 late">12 units</p>
        <p>Nothing more</p>
      </Hints>
      <p>Outside</p>
    </>,
  )
  await user.hover(screen.getByText('12 units'))
  await screen.findByText('12 verified, 1 late')
  await user.hover(screen.getByText('Outside'))
  await waitFor(() => expect(screen.queryByText('12 verified, 1 late')).toBeNull())
})

it('Undo takes back what was done, once, and the offer goes', async () => {
  const log: string[] = []
  const { user } = mount(null)
  act(() =>
    offerUndo(
      'Ada is forgotten.',
      () => log.push('undone'),
      () => log.push('settled'),
    ),
  )
  await screen.findByText('Ada is forgotten.')
  await user.dblClick(screen.getByRole('button', { name: 'Undo' }))
  await waitFor(() => expect(screen.queryByText('Ada is forgotten.')).toBeNull())
  expect(log).toEqual(['undone'])
})

it('an offer to undo that is closed settles what was done', async () => {
  const log: string[] = []
  const { user } = mount(null)
  act(() =>
    offerUndo(
      'Ada is forgotten.',
      () => log.push('undone'),
      () => log.push('settled'),
    ),
  )
  await user.click(await screen.findByRole('button', { name: 'Close' }))
  await waitFor(() => expect(log).toEqual(['settled']))
})
