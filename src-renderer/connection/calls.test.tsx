import { fireEvent, screen, waitFor } from '@testing-library/react'
import { useState } from 'react'
import { expect, it } from 'vitest'
import { fault, mount } from '../component.fixture.tsx'
import { peerId } from '../node.fixture.ts'
import { useAction, useCalls, useQuery } from './calls.tsx'
import { useLatestAnswer } from './latest-answer.ts'

/** Shows the node's blocked peers. */
function Blocked({ question = 'blocked' }: { readonly question?: string }) {
  const blocked = useQuery(question, (calls) => calls.people.blocked())
  switch (blocked.state) {
    case 'loading':
      return <p>Loading</p>
    case 'failed':
      return <button onClick={blocked.retry}>{blocked.message}</button>
    case 'ready':
      return <button onClick={blocked.refresh}>{`${blocked.value.length} blocked`}</button>
  }
}

const blockedPeer = () => ({
  peer_id: peerId('Eve'),
  name: 'Eve',
  short_name: 'eve-fox',
  blocked_at_ms: 0,
})

it('a question is asked when the connection is open, and shows its answer', async () => {
  const { tell, asked } = mount(<Blocked />, {
    node: { connection: 'connecting' },
    answers: { people: { blocked: () => [blockedPeer()] } },
  })
  screen.getByText('Loading')
  expect(asked('people.blocked')).toEqual([])
  tell({ connection: 'open' })
  await screen.findByText('1 blocked')
})

it('the last answer stays while the question is asked anew', async () => {
  const answers = [Promise.resolve([blockedPeer()]), Promise.withResolvers<[]>()] as const
  let round = 0
  const { user } = mount(<Blocked />, {
    answers: { people: { blocked: () => (round++ === 0 ? answers[0] : answers[1].promise) } },
  })
  await user.click(await screen.findByText('1 blocked'))
  screen.getByText('1 blocked')
  answers[1].resolve([])
  await screen.findByText('0 blocked')
})

it('a question that fails says why, and can be asked again', async () => {
  let isBroken = true
  const { user } = mount(<Blocked />, {
    answers: { people: { blocked: () => (isBroken ? Promise.reject(fault('internal', 'It broke.')) : []) } },
  })
  const failed = await screen.findByText('It broke.')
  isBroken = false
  await user.click(failed)
  await screen.findByText('0 blocked')
})

it('an answer to another question is not shown', async () => {
  const late = Promise.withResolvers<[]>()
  let round = 0
  const { redraw } = mount(<Blocked />, {
    answers: { people: { blocked: () => (round++ === 0 ? [blockedPeer()] : late.promise) } },
  })
  await screen.findByText('1 blocked')
  redraw(<Blocked question="another" />)
  screen.getByText('Loading')
  late.resolve([])
  await screen.findByText('0 blocked')
})

function Unblock() {
  const calls = useCalls()
  const run = useAction()
  const [answer, setAnswer] = useState('')
  const unblock = async () => {
    const done = await run(() => calls.people.unblock({ peer_id: peerId('Eve') }), { success: 'Unblocked.' })
    setAnswer(done === undefined ? 'failed' : 'done')
  }
  return <button onClick={() => void unblock()}>{`Unblock ${answer}`}</button>
}

it('an action that works says so', async () => {
  const { user } = mount(<Unblock />, { answers: { people: { unblock: () => ({}) } } })
  await user.click(screen.getByRole('button'))
  await screen.findByText('Unblocked.')
  screen.getByText('Unblock done')
})

it('an action that fails is an alert with the reason', async () => {
  const { user } = mount(<Unblock />, {
    answers: { people: { unblock: () => Promise.reject(fault('unknown-peer', 'No such peer.')) } },
  })
  await user.click(screen.getByRole('button'))
  expect((await screen.findByRole('alert')).textContent).toBe('This did not workNo such peer.')
  screen.getByText('Unblock failed')
})

/** Asks how many days there are as the number is typed. */
function Days() {
  const [typed, setTyped] = useState('')
  const days = useLatestAnswer(
    typed === '' ? undefined : typed,
    (calls) => calls.statistics.days({ days: Number(typed) }),
    20,
  )
  return (
    <>
      <input aria-label="Days" onChange={(event) => setTyped(event.currentTarget.value)} />
      <p>{days.isWorking ? 'asking' : (days.message ?? `${days.value?.length ?? 0} days`)}</p>
      <button onClick={days.retry}>Again</button>
    </>
  )
}

it('a question that changes while it is typed is asked once it stands still', async () => {
  const { asked } = mount(<Days />, { answers: { statistics: { days: () => [] } } })
  // At once: no timer ends between the keys, however busy the machine is.
  for (const value of ['1', '12', '123']) fireEvent.change(screen.getByRole('textbox'), { target: { value } })
  screen.getByText('asking')
  await screen.findByText('0 days')
  expect(asked('statistics.days')).toEqual([{ days: 123 }])
})

/** Asks for days again and again, and whenever there is news. */
function LiveDays({ news }: { readonly news: string }) {
  const days = useLatestAnswer('1', (calls) => calls.statistics.days({ days: 1 }), 1, { news, everyMs: 20 })
  return <p>{days.isWorking ? 'asking' : `${days.value?.length ?? 0} days`}</p>
}

it('an answer that changes by itself is asked for again and again, and shown meanwhile', async () => {
  const { asked } = mount(<LiveDays news="" />, { answers: { statistics: { days: () => [] } } })
  await screen.findByText('0 days')
  const count = asked('statistics.days').length
  await waitFor(() => {
    expect(screen.queryByText('asking')).toBeNull()
    expect(asked('statistics.days').length).toBeGreaterThan(count + 2)
  })
})

it('a question without an answer says why, and is asked again by hand', async () => {
  let isBroken = true
  const { user } = mount(<Days />, {
    answers: { statistics: { days: () => (isBroken ? Promise.reject(fault('internal', 'It broke.')) : []) } },
  })
  await user.type(screen.getByRole('textbox'), '1')
  await screen.findByText('It broke.')
  isBroken = false
  await user.click(screen.getByRole('button', { name: 'Again' }))
  await waitFor(() => screen.getByText('0 days'))
})
