import { screen, waitFor, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { HardwareInfo, NodeInfo } from '#contract'
import { fault, mount, type Answers } from '../../component.fixture.tsx'
import { hardwareInfo, meters, nodeInfo, peerId, preferences, unitHere } from '../../node.fixture.ts'
import { AboutSection } from './about-section.tsx'
import { HardwareSections } from './hardware-sections.tsx'
import { SettingsScreen } from './settings-screen.tsx'
import { StopSection } from './stop-section.tsx'

const fact = (name: string) =>
  screen.getByRole('term', { name: (_, term) => term.textContent === name }).nextElementSibling?.textContent

it('before the node has told what it is, settings are loading', () => {
  mount(<SettingsScreen />)
  screen.getByRole('heading', { level: 1, name: 'How Meshwork behaves on this PC' })
  screen.getByText('Loading')
})

it('the title says for how long this PC has been running, over a section for each kind of setting', async () => {
  mount(<SettingsScreen />, {
    node: { info: nodeInfo({ name: 'Studio' }), preferences: preferences(), host: 'desktop' },
    answers: { hardware: { get: () => hardwareInfo() }, node: { info: () => nodeInfo() } },
  })
  screen.getByRole('heading', { level: 1, name: 'Studio has been running for 2 h' })
  await screen.findByRole('region', { name: 'Hardware' })
  expect(screen.getAllByRole('heading', { level: 2 }).map((heading) => heading.textContent)).toEqual([
    'This PC',
    'Appearance',
    'Behaviour',
    'Network',
    'Storage',
    'Hardware',
    'About',
    'Stop Meshwork on this PC',
  ])
})

it('About tells version and peer id, and copies the id', async () => {
  const { user } = mount(<AboutSection info={nodeInfo()} />)
  // What developers have tried or not is for the documents, not for who uses the program.
  expect(document.body.textContent).not.toMatch(/not run|was made|does not work/i)
  expect(fact('Version')).toBe('1.2.3')
  expect(fact('Short name')).toBe('my-owl')
  await user.click(screen.getByRole('button', { name: 'Copy the peer id' }))
  expect(await navigator.clipboard.readText()).toBe(peerId('Me'))
})

function mountHardware(some: Partial<HardwareInfo> = {}, info: Partial<NodeInfo> = {}) {
  return mount(<HardwareSections info={nodeInfo(info)} />, {
    answers: { hardware: { get: () => hardwareInfo(some) }, node: { info: () => nodeInfo(info) } },
  })
}

it('hardware is told as it is sold', async () => {
  mountHardware({
    link_mbps: 1_000,
    gpus: [
      { name: 'RTX 4070', vendor: 'NVIDIA', vram_bytes: 12 * 2 ** 30 },
      { name: 'Iris', vendor: 'Intel' },
    ],
  })
  await screen.findByText('Measured 5 minutes ago')
  expect(fact('Processor')).toBe('Ryzen 74 cores, 8 threads')
  expect(fact('Memory')).toBe('16 GB')
  expect(fact('Graphics')).toBe('RTX 4070, 12 GB; Iris')
  expect(fact('Disk')).toBe('300 GB free of 500 GB')
  expect(fact('Network')).toBe('1 Gbit/s')
  expect(fact('Speed')).toBe('2 kinds of work measured')
})

it('hardware that is not there or not told is said so', async () => {
  mountHardware({}, { algorithms: [], wall: { kind: 'none', why: 'bwrap is missing' } })
  await screen.findByText('No graphics card found. Work runs on the processor.')
  expect(fact('Network')).toBe('The network adapter doesn’t say how fast it is.')
  expect(fact('Speed')).toBe('Being measured')
  expect(fact('Others’ work')).toMatch(/Why: bwrap is missing\.$/)
})

it('a PC that was measured since the window connected is not said to be measured still', async () => {
  mount(<HardwareSections info={nodeInfo({ algorithms: [] })} />, {
    answers: { hardware: { get: () => hardwareInfo() }, node: { info: () => nodeInfo() } },
  })
  await waitFor(() => expect(fact('Speed')).toBe('2 kinds of work measured'))
})

it('storage is told as the meters say, and as it was at the start before they do', async () => {
  const { tell } = mountHardware()
  const used = await screen.findByRole('meter', { name: 'Scenes and results on disk' })
  expect(used.getAttribute('aria-valuetext')).toBe('5 GB of 20 GB')
  tell({ meters: meters({ disk_bytes: 19e9 }) })
  expect(used.getAttribute('aria-valuetext')).toBe('19 GB of 20 GB')
  expect(screen.getByRole('link', { name: 'Change how much' }).getAttribute('href')).toBe('/sharing')
})

it('Measure again measures anew, and shows what was found', async () => {
  let os = 'Linux 6.8'
  const { user, asked } = mount(<HardwareSections info={nodeInfo()} />, {
    answers: { hardware: { get: () => hardwareInfo({ os }) }, node: { info: () => nodeInfo() } },
  })
  const again = await screen.findByRole('button', { name: 'Measure again' })
  os = 'Linux 6.9'
  await user.click(again)
  await screen.findByText('Measured again')
  await screen.findByText('Linux 6.9')
  expect(asked('hardware.get')).toEqual([{}, { refresh: true }, {}])
})

it('hardware that cannot be read says why, and can be asked again', async () => {
  let isBroken = true
  const { user } = mount(<HardwareSections info={nodeInfo()} />, {
    answers: {
      hardware: {
        get: () => (isBroken ? Promise.reject(fault('internal', 'No sensors.')) : hardwareInfo()),
      },
      node: { info: () => nodeInfo() },
    },
  })
  await screen.findByText('No sensors.')
  isBroken = false
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  await screen.findByRole('region', { name: 'Hardware' })
})

function mountStop(stop: NonNullable<Answers['node']>['stop'], unitsHere = [unitHere(0)]) {
  return mount(<StopSection />, { node: { unitsHere }, answers: { node: { stop: stop! } } })
}

const ask = () => screen.getByRole('button', { name: 'Stop Meshwork…' })

it('stopping asks first, and says what happens to what runs here', async () => {
  const { user } = mountStop(() => ({}), [unitHere(0), unitHere(1), unitHere(2, { is_own: true })])
  await user.click(ask())
  expect(screen.getByRole('status').textContent).toBe(
    'Stop it now? 2 units run here for others; they are handed back and computed elsewhere. 1 unit of your own will be computed again.',
  )
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Keep it running' }))
})

it('Keep it running stops nothing', async () => {
  const { user, asked } = mountStop(() => ({}), [])
  await user.click(ask())
  screen.getByText(/Nothing is running here for others right now\./)
  await user.click(screen.getByRole('button', { name: 'Keep it running' }))
  ask()
  expect(asked('node.stop')).toEqual([])
})

it('a peer that has stopped says how it is started again', async () => {
  const { user, tell, asked } = mountStop(() => ({}))
  await user.click(ask())
  await user.click(screen.getByRole('button', { name: 'Stop it' }))
  await waitFor(() => expect(asked('node.stop')).toHaveLength(1))
  tell({ connection: 'lost' })
  within(screen.getByRole('region', { name: 'Meshwork has stopped on this PC' })).getByText(
    'Start it again with: meshctl start --ui',
  )
})

it('a stop that the node refuses is told, and can be tried again', async () => {
  const { user } = mountStop(() => Promise.reject(fault('internal', 'It broke.')))
  await user.click(ask())
  await user.click(screen.getByRole('button', { name: 'Stop it' }))
  await screen.findByRole('alert')
  ask()
})
