import { fireEvent, screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import { fault, mount, type Answers } from '../component.fixture.tsx'
import { pairRequest, peerId, peopleMap, person } from '../node.fixture.ts'
import { TheirCode } from './their-code.tsx'

const BARE = 'A1'.repeat(40)
const CODE = `meshwork:${BARE}`

const field = () => screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'Their code or link' })
const pair = () => screen.getByRole<HTMLButtonElement>('button', { name: 'Pair' })

/** The form over a node that answers `people.pair` so. */
function mountForm(answer: NonNullable<Answers['people']>['pair'], onPaired?: () => void) {
  return mount(<TheirCode {...(onPaired === undefined ? {} : { onPaired })} />, {
    answers: { people: { pair: answer! } },
  })
}

const answered = (state: 'paired' | 'waiting') => () => ({ state, peer_id: peerId('Ada'), name: 'Ada' })

it('there is nothing to pair with while the field is empty', () => {
  mount(<TheirCode />)
  expect(pair().disabled).toBe(true)
})

it('a text without a whole code is refused with what a code looks like, and the node is not asked', async () => {
  const { user, asked } = mount(<TheirCode />)
  await user.click(field())
  await user.paste('meshwork:abc')
  await user.click(pair())
  await screen.findByText(/This isn’t a whole code/)
  expect(asked('people.pair')).toEqual([])
})

it('a code out of a wrapped link is sent with the trust chosen, and the field is empty afterwards', async () => {
  let paired = 0
  const { user, asked } = mountForm(answered('paired'), () => (paired += 1))
  await user.click(field())
  await user.paste(`Here: meshwork://pair/${BARE.slice(0, 40)}\n${BARE.slice(40)}`)
  screen.getByRole('slider', { name: 'Your trust in them' }).focus()
  await user.keyboard('{ArrowRight}')
  await user.click(pair())
  await screen.findByText('You are paired with Ada.')
  expect(asked('people.pair')).toEqual([{ code: CODE, trust: 0.75 }])
  expect(field().value).toBe('')
  expect(paired).toBe(1)
})

it('where the other has to accept, the form says that the user need not wait here', async () => {
  const { user } = mountForm(answered('waiting'))
  await user.click(field())
  await user.paste(CODE)
  await user.click(pair())
  await screen.findByText('Ada has been asked, and needs to accept. You don’t have to stay here.')
})

it('Enter sends the code, Shift and Enter does not', async () => {
  const { user, asked } = mountForm(answered('paired'))
  await user.click(field())
  await user.paste(CODE)
  await user.keyboard('{Shift>}{Enter}{/Shift}')
  expect(asked('people.pair')).toEqual([])
  await user.keyboard('{Enter}')
  await screen.findByText('You are paired with Ada.')
})

it('while their PC is looked for, the form says so and sends nothing twice', async () => {
  const answer = Promise.withResolvers<ReturnType<ReturnType<typeof answered>>>()
  const { user, asked } = mountForm(() => answer.promise)
  await user.click(field())
  await user.paste(CODE)
  await user.keyboard('{Enter}')
  await screen.findByText('Looking for their PC…')
  fireEvent.submit(field())
  answer.resolve(answered('paired')())
  await screen.findByText('You are paired with Ada.')
  expect(asked('people.pair')).toHaveLength(1)
})

it('a fault is told with what to do; the code stays, and typing puts the fault away', async () => {
  const { user } = mountForm(() => Promise.reject(fault('unreachable', 'no answer')))
  await user.click(field())
  await user.paste(CODE)
  await user.click(pair())
  await screen.findByText(/Their PC doesn’t answer. Is it on/)
  expect(field().value).toBe(CODE)
  await user.type(field(), 'x')
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull())
})

it('a code that came with a link stands in the field', () => {
  mount(<TheirCode initialCode={CODE} />)
  expect(field().value).toBe(CODE)
  expect(pair().disabled).toBe(false)
})

it('a person who was asked and has accepted is told as paired, and no longer as asked', async () => {
  const { user, tell } = mountForm(answered('waiting'))
  await user.click(field())
  await user.paste(CODE)
  await user.click(pair())
  await screen.findByText(/^Ada has been asked/)
  tell({ pairRequests: [pairRequest('Ada', { direction: 'outgoing' })] })
  screen.getByText(/^Ada has been asked/)
  tell({ pairRequests: [], people: peopleMap(person('Ada')) })
  screen.getByText('You are paired with Ada.')
  expect(screen.queryByText(/was asked/)).toBeNull()
})

it('a person who was asked and has declined is no longer told as asked', async () => {
  const { user, tell } = mountForm(answered('waiting'))
  await user.click(field())
  await user.paste(CODE)
  await user.click(pair())
  await screen.findByText(/^Ada has been asked/)
  tell({ pairRequests: [pairRequest('Ada', { direction: 'outgoing' })] })
  tell({ pairRequests: [] })
  screen.getByText('Ada did not accept, or the code has expired.')
  expect(screen.queryByText(/was asked/)).toBeNull()
})
