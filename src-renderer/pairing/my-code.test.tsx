import { screen } from '@testing-library/react'
import { expect, it } from 'vitest'
import { fault, mount } from '../component.fixture.tsx'
import { pairRequest } from '../node.fixture.ts'
import { MyCode } from './my-code.tsx'

const DAY_MS = 24 * 3_600_000

/** A node that makes codes `meshwork:1`, `meshwork:2`, …, each good for a day. */
function inviting() {
  let made = 0
  return {
    people: {
      invite: () => {
        made += 1
        const code = `meshwork:${made}`
        return { code, link: `meshwork://pair/${made}`, expires_at_ms: Date.now() + DAY_MS }
      },
    },
  }
}

const code = () => screen.findByRole('textbox', { name: 'Your code' })

it('a code is made at once, to be accepted by this user, and shown as text and as a picture', async () => {
  const { asked } = mount(<MyCode />, { answers: inviting() })
  expect(screen.getByRole('status').textContent).toBe('Making a code…')
  expect((await code()).textContent).toBe('meshwork:1')
  screen.getByRole('img', { name: /Your code as a QR code/ })
  screen.getByText(/^Good for one person until /)
  expect(asked('people.invite')).toEqual([{ trust: 0.5, valid_minutes: 24 * 60, confirm: true }])
})

it('Copy code and Copy link put them on the clipboard, and say so', async () => {
  const { user } = mount(<MyCode />, { answers: inviting() })
  await code()
  await user.click(screen.getByRole('button', { name: 'Copy code' }))
  await screen.findByRole('button', { name: 'Copied' })
  expect(await navigator.clipboard.readText()).toBe('meshwork:1')
  await user.click(screen.getByRole('button', { name: 'Copy link' }))
  expect(await navigator.clipboard.readText()).toBe('meshwork://pair/1')
})

it('New code makes another one', async () => {
  const { user } = mount(<MyCode />, { answers: inviting() })
  await code()
  await user.click(screen.getByRole('button', { name: 'New code' }))
  await screen.findByText('meshwork:2')
})

it('the code that was handed out is shown again when the screen comes back', async () => {
  const { redraw, asked } = mount(<MyCode />, { answers: inviting() })
  await code()
  redraw(null)
  redraw(<MyCode />)
  expect((await code()).textContent).toBe('meshwork:1')
  expect(asked('people.invite')).toHaveLength(1)
})

it('a code used by a request is told as used, with a way to a new one', async () => {
  const { user, tell } = mount(<MyCode />, { answers: inviting() })
  await code()
  tell({ pairRequests: [pairRequest('Ada', { asked_at_ms: Date.now() + 1 })] })
  await screen.findByText('This code was used.')
  expect(screen.queryByRole('textbox')).toBeNull()
  await user.click(screen.getByRole('button', { name: 'New code' }))
  tell({ pairRequests: [] })
  await screen.findByText('meshwork:2')
})

it('a node that makes no code says why, and is asked again', async () => {
  let isBusy = true
  const made = inviting()
  const { user } = mount(<MyCode />, {
    answers: {
      people: {
        invite: () => (isBusy ? Promise.reject(fault('too-busy', 'Too many codes.')) : made.people.invite()),
      },
    },
  })
  expect((await screen.findByRole('alert')).textContent).toContain('Too many codes.')
  isBusy = false
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  expect((await code()).textContent).toBe('meshwork:1')
})
