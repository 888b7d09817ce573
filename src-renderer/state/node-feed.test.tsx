import { act, screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { NodeNews } from '#contract'
import { fault, mount, type Answers } from '../component.fixture.tsx'
import { jobsMap, nodeInfo, pairRequest, preferences } from '../node.fixture.ts'
import { NodeFeed, useRefreshInfo } from './node-feed.tsx'
import { useNode } from './node-store.ts'

/** Shows a few parts of the mirror, and asks for the node's info on a click. */
function Shown() {
  const name = useNode((node) => node.info?.name)
  const host = useNode((node) => node.host)
  const requests = useNode((node) => node.pairRequests)
  const refreshInfo = useRefreshInfo()
  return (
    <>
      <p>{`${name ?? 'unnamed'}, ${host ?? 'no host'}, ${requests.length} waiting`}</p>
      <button onClick={() => void refreshInfo()}>Refresh</button>
    </>
  )
}

/** News that a test tells one by one; a watch ends when the connection does. */
function newsOf(...first: NodeNews[]) {
  const pending = [...first]
  let wake: () => void = () => undefined
  async function* watch(): AsyncGenerator<NodeNews, void, void> {
    for (;;) {
      const next = pending.shift()
      if (next === undefined) await new Promise<void>((resolve) => (wake = resolve))
      else yield next
    }
  }
  return {
    watch,
    tell: (news: NodeNews) => {
      pending.push(news)
      wake()
    },
  }
}

const WHOLE: NodeNews = { is_whole: true, pair_requests: [pairRequest('Ada')] }
const get = () => ({ preferences: preferences(), host: 'headless' as const })

function mountFeed(answers: Answers) {
  return mount(
    <>
      <NodeFeed />
      <Shown />
    </>,
    { node: { isLoaded: false }, answers },
  )
}

it('the mirror follows the news, and has what the node says of itself', async () => {
  const news = newsOf(WHOLE)
  mountFeed({
    news: { watch: () => news.watch() },
    node: { info: () => nodeInfo({ name: 'Studio' }) },
    preferences: { get },
  })
  await screen.findByText('Studio, headless, 1 waiting')
  news.tell({ is_whole: false, pair_requests: [] })
  await screen.findByText('Studio, headless, 0 waiting')
})

it('a node that cannot tell its preferences still tells its name', async () => {
  const news = newsOf(WHOLE)
  mountFeed({
    news: { watch: () => news.watch() },
    node: { info: () => nodeInfo({ name: 'Studio' }) },
    preferences: { get: () => Promise.reject(fault('unsupported', 'Too old.')) },
  })
  await screen.findByText('Studio, no host, 1 waiting')
})

it('after a lost connection news and info are asked anew', async () => {
  const news = newsOf(WHOLE)
  const { tell, asked } = mountFeed({
    news: { watch: () => news.watch() },
    node: { info: () => nodeInfo() },
    preferences: { get },
  })
  await screen.findByText('Studio, headless, 1 waiting')
  tell({ connection: 'lost' })
  tell({ connection: 'open' })
  await waitFor(() => expect(asked('news.watch')).toHaveLength(2))
  expect(asked('node.info')).toHaveLength(2)
})

it('a hidden window hears on for as long as an own job runs, and else nothing', async () => {
  const show = (visibility: DocumentVisibilityState): void => {
    Object.defineProperty(document, 'visibilityState', { configurable: true, get: () => visibility })
    act(() => void document.dispatchEvent(new Event('visibilitychange')))
  }
  const running = jobsMap(1)
  const news = newsOf({ ...WHOLE, jobs: { changed: [...running.values()], removed: [] } })
  const { asked } = mountFeed({
    news: { watch: () => news.watch() },
    node: { info: () => nodeInfo({ name: 'Studio' }) },
    preferences: { get },
  })
  await screen.findByText('Studio, headless, 1 waiting')
  show('hidden')
  news.tell({ is_whole: false, pair_requests: [] })
  await screen.findByText('Studio, headless, 0 waiting')
  expect(asked('news.watch')).toHaveLength(1)
  // The job is gone; the window is asleep until it is looked at.
  news.tell({
    is_whole: false,
    jobs: { changed: [], removed: [...running.keys()] },
    pair_requests: [pairRequest('Eve'), pairRequest('Cy')],
  })
  await screen.findByText('Studio, headless, 2 waiting')
  show('visible')
  await waitFor(() => expect(asked('news.watch')).toHaveLength(2))
})

it('after a change of this window the node is asked what it is now', async () => {
  const news = newsOf(WHOLE)
  let name = 'Studio'
  const { user } = mountFeed({
    news: { watch: () => news.watch() },
    node: { info: () => nodeInfo({ name }) },
    preferences: { get },
  })
  await screen.findByText('Studio, headless, 1 waiting')
  name = 'Attic'
  await user.click(screen.getByRole('button', { name: 'Refresh' }))
  await screen.findByText('Attic, headless, 1 waiting')
})
