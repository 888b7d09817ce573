import { screen, waitFor } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { HardwareInfo, NodeInfo, SharingInfo } from '#contract'
import { fault, mount, type Answers } from '../../component.fixture.tsx'
import {
  hardwareInfo,
  nodeInfo,
  peerId,
  pairRequest,
  peopleMap,
  person,
  preferences,
  RULES,
  sharingInfo,
  weekPlan,
} from '../../node.fixture.ts'
import { StartScreen } from './start-screen.tsx'
import { WhenCard } from './when-card.tsx'
import { WhomCard } from './whom-card.tsx'

const fact = (name: string) =>
  screen.getByRole('term', { name: (_, term) => term.textContent === name }).nextElementSibling?.textContent

function mountPc(info: Partial<NodeInfo> = {}, hardware: Partial<HardwareInfo> = {}) {
  return mount(<StartScreen />, {
    path: '/start',
    answers: { hardware: { get: () => hardwareInfo(hardware) }, node: { info: () => nodeInfo(info) } },
  })
}

it('the first card tells what was found in this PC, and how fast it is', async () => {
  mountPc()
  await screen.findByText('As fast as a usual desktop PC.')
  expect(fact('Processor')).toBe('8 coresRyzen 7')
  expect(fact('Memory')).toBe('16 GB')
  expect(fact('Graphics')).toBe('No usable graphics card found; rendering works without one')
  expect(fact('Speed')).toMatch(/with the 4 cores that it shares$/)
})

it('while the benchmark runs the card says so, and asks until it is done', async () => {
  const algorithms: NodeInfo['algorithms'] = []
  mountPc({ algorithms })
  await screen.findByText('A short benchmark is running…')
  algorithms.push({
    algorithm_id: 'render.path-trace',
    version: '1',
    supported: true,
    performance_score: 0.9,
  })
  await screen.findByText('A fast PC: its cores beat most desktops.')
})

it('a PC that cannot render is told so', async () => {
  mountPc({
    algorithms: [{ algorithm_id: 'wasm.module', version: '1', supported: true, performance_score: 1 }],
  })
  await screen.findByText(/This PC could not be measured for rendering/)
})

it('a PC whose hardware cannot be read says why', async () => {
  mount(<StartScreen />, {
    path: '/start',
    answers: {
      hardware: { get: () => Promise.reject(fault('internal', 'No sensors.')) },
      node: { info: () => nodeInfo() },
    },
  })
  await screen.findByText('No sensors.')
})

function mountWhen(sharing: Partial<SharingInfo> = {}) {
  const chosen: string[] = []
  const suggested: string[] = []
  const mounted = mount(
    <WhenCard
      chosen={undefined}
      onChoose={(preset) => chosen.push(preset)}
      onSuggest={(preset) => suggested.push(preset)}
    />,
    { answers: { sharing: { get: () => sharingInfo(sharing) } } },
  )
  return { ...mounted, chosen, suggested }
}

it('a new PC is suggested to share while its user is away, not while they use it', async () => {
  const { suggested } = mountWhen()
  await waitFor(() => expect(suggested).toEqual(['idle']))
})

it('a PC that cannot tell when it is used is suggested to share by night', async () => {
  const { suggested, tell } = mountWhen()
  tell({ readings: [{ rule: 'in-use', state: 'unreadable' }] })
  await waitFor(() => expect(suggested.at(-1)).toBe('nights'))
})

it('own hours stay as they are unless another answer is chosen', async () => {
  const { user, chosen, suggested } = mountWhen({ sharing: { kind: 'slots', slots: [] } })
  await screen.findByText(/You have set up your own hours already/)
  expect(suggested).toEqual([])
  await user.click(screen.getByRole('radio', { name: /^At night/ }))
  expect(chosen).toEqual(['nights'])
})

it('a PC that shares nothing is not said to have hours of its own', async () => {
  const { suggested } = mountWhen({ sharing: { kind: 'never' } })
  await screen.findByText(/^Nothing is shared so far/)
  expect(screen.queryByText(/your own hours/)).toBeNull()
  expect(suggested).toEqual([])
})

it('nights are told with their hours', async () => {
  mountWhen()
  await screen.findByText('Every night from 22:00 to 07:00.')
})

it('a PC that cannot tell whether it is used warns of sharing while idle', async () => {
  const { tell } = mountWhen()
  await screen.findByRole('radio', { name: /^When I’m away/ })
  expect(screen.queryByText(/can’t detect when you are using this PC/)).toBeNull()
  tell({ readings: [{ rule: 'in-use', state: 'unreadable' }] })
  screen.getByText(/can’t detect when you are using this PC/)
})

const DAY_MS = 24 * 3_600_000

const INVITE: NonNullable<Answers['people']> = {
  invite: () => ({ code: 'meshwork:mine', link: 'meshwork://pair/mine', expires_at_ms: Date.now() + DAY_MS }),
}

it('the last card has both codes, answers requests, and names who is paired', async () => {
  mount(<WhomCard />, {
    node: { people: peopleMap(person('Ada')), pairRequests: [pairRequest('Bob')] },
    answers: { people: INVITE },
  })
  screen.getByText('You are paired with Ada.')
  screen.getByText('Bob wants to pair with you')
  screen.getByRole('heading', { name: 'Enter theirs' })
  await screen.findByText('meshwork:mine')
})

function mountStart(sharing: Answers['sharing'] = {}, node: Answers['node'] = {}) {
  return mount(<StartScreen />, {
    path: '/start',
    answers: {
      hardware: { get: () => hardwareInfo() },
      node: { info: () => nodeInfo(), setAvailability: () => ({}), ...node },
      people: INVITE,
      preferences: { get: () => ({ preferences: preferences(), host: 'headless' }), set: () => ({}) },
      sharing: { get: () => sharingInfo(), setRules: () => ({}), ...sharing },
    },
  })
}

const button = (name: string) => screen.getByRole('button', { name })

it('Skip ends the first start at once, and leaves hours that were chosen', async () => {
  const { user, asked, path } = mountStart({
    get: () => sharingInfo({ sharing: { kind: 'week', plan: weekPlan() } }),
  })
  await user.click(button('Skip'))
  await waitFor(() => expect(path()).toBe('/'))
  expect(asked('preferences.set')).toEqual([{ first_start_done: true }])
  expect(asked('node.setAvailability')).toEqual([])
})

it('Skip shares a new PC as is suggested: not while it is used', async () => {
  const { user, asked, path } = mountStart()
  await user.click(button('Skip'))
  await waitFor(() => expect(path()).toBe('/'))
  expect(asked('sharing.setRules')).toMatchObject([{ rules: { 'in-use': { enabled: true } } }])
  expect(asked('node.setAvailability')).toMatchObject([{ sharing: { kind: 'always' } }])
})

it('Next and Back go from card to card, with the focus on the card’s headline', async () => {
  const { user } = mountStart()
  screen.getByText('Step 1 of 3')
  expect(screen.queryByRole('button', { name: 'Back' })).toBeNull()
  await user.click(button('Next'))
  await waitFor(() =>
    expect(document.activeElement).toBe(screen.getByRole('heading', { level: 2, name: 'When to share' })),
  )
  await user.click(button('Back'))
  screen.getByText('Step 1 of 3')
})

it('the answer is set with its rules first, and Done ends the first start', async () => {
  const { user, asked, path } = mountStart()
  await user.click(button('Next'))
  await user.click(await screen.findByRole('radio', { name: /^When I’m away/ }))
  await user.click(button('Next'))
  await screen.findByText('Step 3 of 3')
  expect(asked('sharing.setRules')).toEqual([
    { rules: { ...RULES, 'in-use': { enabled: true, idle_minutes: 5 } } },
  ])
  expect(asked('node.setAvailability')).toMatchObject([{ sharing: { kind: 'always' } }])
  await user.click(button('Done'))
  await waitFor(() => expect(path()).toBe('/'))
})

it('what is suggested is chosen already, and is set with Next', async () => {
  const { user, asked } = mountStart()
  await user.click(button('Next'))
  const away = await screen.findByRole<HTMLInputElement>('radio', { name: /^When I’m away/ })
  await waitFor(() => expect(away.getAttribute('aria-checked')).toBe('true'))
  await user.click(button('Next'))
  await screen.findByText('Step 3 of 3')
  expect(asked('sharing.setRules')).toMatchObject([{ rules: { 'in-use': { enabled: true } } }])
})

it('the last card leads to a first picture', async () => {
  const { user, asked, path } = mountStart()
  await user.click(button('Next'))
  await screen.findByRole('radio', { name: /^When I’m away/ })
  await user.click(button('Next'))
  await user.click(await screen.findByRole('button', { name: 'Render a first picture' }))
  await waitFor(() => expect(path()).toBe('/jobs/new'))
  expect(asked('preferences.set')).toEqual([{ first_start_done: true }])
})

it('I’ll choose leads to the week after the last card', async () => {
  const { user, asked, path } = mountStart()
  await user.click(button('Next'))
  await user.click(await screen.findByRole('radio', { name: /^I’ll choose/ }))
  await user.click(button('Next'))
  await user.click(await screen.findByRole('button', { name: 'Done' }))
  await waitFor(() => expect(path()).toBe('/sharing'))
  expect(asked('node.setAvailability')).toMatchObject([{ sharing: { kind: 'week', plan: { blocks: [] } } }])
})

it('an answer that cannot be set is told, and the card stays', async () => {
  const { user } = mountStart({
    get: () => sharingInfo({ sharing: { kind: 'week', plan: weekPlan() } }),
    setRules: () => Promise.reject(fault('storage-failed', 'Not written.')),
  })
  await user.click(button('Next'))
  await user.click(await screen.findByRole('radio', { name: /^Always/ }))
  await user.click(button('Next'))
  await screen.findByText('Not written.')
  screen.getByText('Step 2 of 3')
})

it('a person paired meanwhile is told on the last card', async () => {
  const { tell } = mount(<WhomCard />, { answers: { people: INVITE } })
  await screen.findByText('meshwork:mine')
  tell({ people: new Map([[peerId('Ada'), person('Ada')]]) })
  screen.getByText('You are paired with Ada.')
})

it('a person who was asked here and accepts is told of once, as paired', async () => {
  const answer = { state: 'waiting', peer_id: peerId('Ada'), name: 'Ada' } as const
  const { user, tell } = mount(<WhomCard />, { answers: { people: { ...INVITE, pair: () => answer } } })
  await user.click(screen.getByRole('textbox', { name: 'Their code or link' }))
  await user.paste(`meshwork:${'A1'.repeat(40)}`)
  await user.keyboard('{Enter}')
  await screen.findByText(/^Ada has been asked/)
  tell({ people: peopleMap(person('Ada')) })
  screen.getByText('You are paired with Ada.')
  expect(screen.queryByText(/has been asked/)).toBeNull()
})

const nameField = () => screen.findByRole<HTMLInputElement>('textbox', { name: 'Name of this PC' })

/** The first start of a PC that calls itself so. */
async function mountNamed(name: string) {
  let now = name
  const mounted = mountStart(
    {},
    {
      info: () => nodeInfo({ name: now }),
      setName: ({ name: given }) => {
        now = given
        return {}
      },
    },
  )
  mounted.tell({ info: nodeInfo({ name }) })
  await waitFor(async () => expect((await nameField()).value).toBe(name))
  return mounted
}

it('the PC’s name can be changed on the first card, and is set with Next', async () => {
  const { user, asked } = await mountNamed('Ada’s PC')
  await user.clear(await nameField())
  await user.type(await nameField(), ' Studio {Enter}')
  await screen.findByText('Step 2 of 3')
  expect(asked('node.setName')).toEqual([{ name: 'Studio' }])
})

it('a name that is left as it is asks nothing of the node', async () => {
  const { user, asked } = await mountNamed('Ada’s PC')
  await user.click(button('Next'))
  await screen.findByText('Step 2 of 3')
  expect(asked('node.setName')).toEqual([])
})

it('without a name the first card stays, and says why', async () => {
  const { user, asked } = await mountNamed('Ada’s PC')
  await user.clear(await nameField())
  await user.click(button('Next'))
  screen.getByText('A PC needs a name.')
  screen.getByText('Step 1 of 3')
  expect(asked('node.setName')).toEqual([])
})

it('Skip keeps a name that was changed', async () => {
  const { user, asked, path } = await mountNamed('Ada’s PC')
  await user.type(await nameField(), ' upstairs')
  await user.click(button('Skip'))
  await waitFor(() => expect(path()).toBe('/'))
  expect(asked('node.setName')).toEqual([{ name: 'Ada’s PC upstairs' }])
})
