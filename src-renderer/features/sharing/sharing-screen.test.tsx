import { screen, waitFor, within } from '@testing-library/react'
import { expect, it } from 'vitest'
import type { ComputeResource, HardwareInfo, Sharing, SharingInfo, SharingNow } from '#contract'
import { fault, mount, type Answers } from '../../component.fixture.tsx'
import { hardwareInfo, nodeInfo, preferences, RESOURCES, sharingInfo } from '../../node.fixture.ts'
import { ModeChoice } from './modes/mode-choice.tsx'
import { NowLine } from './now-line.tsx'
import { ResourceFields } from './resource-fields.tsx'
import { SharingScreen } from './sharing-screen.tsx'

const NEVER: Sharing = { kind: 'never' }

/** The screen over a node that keeps what it is told. */
function mountScreen(first: Partial<SharingInfo> = {}, node: Answers['node'] = {}) {
  let told = sharingInfo(first)
  const mounted = mount(<SharingScreen />, {
    answers: {
      sharing: {
        get: () => told,
        setRules: ({ rules }) => {
          told = { ...told, rules }
          return {}
        },
        setLimits: () => ({}),
      },
      hardware: { get: () => hardwareInfo() },
      node: {
        setAvailability: ({ sharing }) => {
          told = { ...told, sharing }
          return {}
        },
        info: () => nodeInfo({ sharing: told.sharing }),
        ...node,
      },
      preferences: { get: () => ({ preferences: preferences(), host: 'headless' }) },
    },
  })
  return { ...mounted, changeElsewhere: (sharing: Sharing) => (told = { ...told, sharing }) }
}

const title = (name: string | RegExp) => screen.findByRole('heading', { level: 1, name })
const regions = () => screen.getAllByRole('region').map((region) => region.getAttribute('aria-labelledby'))

it('the title says in a sentence what is shared', async () => {
  mountScreen()
  await title('Shared around the clock; 4 of 8 cores')
  expect(regions().length).toBeGreaterThan(3)
})

it('sharing that cannot be read says why, and can be asked again', async () => {
  let isBroken = true
  const { user } = mount(<SharingScreen />, {
    answers: {
      sharing: { get: () => (isBroken ? Promise.reject(fault('internal', 'It broke.')) : sharingInfo()) },
      hardware: { get: () => hardwareInfo() },
    },
  })
  await screen.findByText('It broke.')
  isBroken = false
  await user.click(screen.getByRole('button', { name: 'Try again' }))
  await title(/^Shared around the clock/)
})

it('another way of sharing is shown at once, saved, and undone by Undo', async () => {
  const { user, asked } = mountScreen()
  await user.click(await screen.findByRole('radio', { name: /^Never/ }))
  await title('Nothing is shared')
  const mode = within(screen.getByRole('region', { name: 'When this PC is shared' }))
  await mode.findByText('Saved')
  expect(asked('node.setAvailability')).toEqual([{ sharing: NEVER }])
  await user.click(mode.getByRole('button', { name: 'Undo' }))
  await title(/^Shared around the clock/)
})

it('never sharing needs no amounts; the week has its editor and its different days', async () => {
  const { user } = mountScreen({ sharing: NEVER })
  await title('Nothing is shared')
  expect(screen.queryByRole('region', { name: 'How much is shared' })).toBeNull()
  await user.click(screen.getByRole('radio', { name: /^By the week/ }))
  await title(/^Shared every day 22:00–07:00 and all weekend|^Shared /)
  screen.getByRole('region', { name: 'How much is shared' })
  screen.getByRole('region', { name: 'Shared hours of the week' })
  screen.getByRole('region', { name: 'Days that are different' })
})

it('a change that the node refuses is taken back, with the reason', async () => {
  const { user } = mountScreen({}, { setAvailability: () => Promise.reject(fault('internal', 'It broke.')) })
  await user.click(await screen.findByRole('radio', { name: /^Never/ }))
  await screen.findByText('Not saved: It broke.')
  await title(/^Shared around the clock/)
})

it('a rule that is switched is saved by itself', async () => {
  const { user, asked } = mountScreen()
  await user.click(await screen.findByRole('switch', { name: 'On battery' }))
  await waitFor(() =>
    expect(asked('sharing.setRules')).toMatchObject([{ rules: { 'on-battery': { enabled: false } } }]),
  )
})

it('a change that is made elsewhere is shown', async () => {
  const { tell, changeElsewhere } = mountScreen()
  await title(/^Shared around the clock/)
  changeElsewhere(NEVER)
  tell({ info: nodeInfo({ sharing: NEVER }) })
  await title('Nothing is shared')
})

it('slots that meshctl has set are told, and replaced by what is chosen here', async () => {
  const chosen: string[] = []
  const { user } = mount(<ModeChoice kind="slots" onMode={(mode) => chosen.push(mode)} />)
  screen.getByText(/Slots set with meshctl apply now/)
  await user.click(screen.getByRole('radio', { name: /^Always/ }))
  expect(chosen).toEqual(['always'])
})

const NOW: readonly [SharingNow, RegExp][] = [
  [{ kind: 'sharing' }, /^Sharing\.\s*$/],
  [{ kind: 'off' }, /^Not sharing\. Your own jobs keep running\.$/],
  [
    { kind: 'paused-by-user', since_ms: Date.now() },
    /^Paused until you resume, since \d\d:\d\d\. Your own jobs keep running\.$/,
  ],
]
it.each(NOW)('the line below the title says how it stands: %j', (sharing, words) => {
  mount(
    <p role="note">
      <NowLine />
    </p>,
    { node: { sharing } },
  )
  expect(screen.getByRole('note').textContent).toMatch(words)
})

function mountFields(value: ComputeResource, hardware: HardwareInfo | undefined) {
  const changes: [ComputeResource, string][] = []
  const mounted = mount(
    <ResourceFields
      value={value}
      hardware={hardware}
      onChange={(next, editing) => changes.push([next, editing])}
    />,
  )
  return { ...mounted, changes }
}

const slider = (name: string) => screen.getByRole('slider', { name })

it('each resource is a slider up to what the machine has, in its words', () => {
  mountFields(RESOURCES, hardwareInfo())
  expect(slider('Processor').getAttribute('aria-valuetext')).toBe('4 of 8 cores')
  expect(slider('Processor').getAttribute('aria-valuemax')).toBe('8')
  expect(slider('Memory').getAttribute('aria-valuetext')).toBe('8 of 16 GB')
  expect(slider('Disk').getAttribute('aria-valuetext')).toBe('None')
})

it('before the machine has told what it has, amounts stand alone', () => {
  mountFields(RESOURCES, undefined)
  expect(slider('Processor').getAttribute('aria-valuetext')).toBe('4 cores')
  expect(slider('Memory').getAttribute('aria-valuetext')).toBe('8 GB')
})

it('graphics memory is there only with a card, up to the largest', () => {
  const GIB = 2 ** 30
  const gpus = [6, 12].map((gib) => ({ name: 'GPU', vendor: 'V', vram_bytes: gib * GIB }))
  mountFields(RESOURCES, hardwareInfo({ gpus }))
  expect(slider('Graphics memory').getAttribute('aria-valuemax')).toBe('12')
})

it('a PC without a card has no slider for graphics memory', () => {
  mountFields(RESOURCES, hardwareInfo())
  expect(screen.queryByRole('slider', { name: 'Graphics memory' })).toBeNull()
})

it('an amount is moved by keys; none of it is not named', async () => {
  const { user, changes } = mountFields({ ...RESOURCES, disk_gb: 1 }, hardwareInfo())
  slider('Processor').focus()
  await user.keyboard('{ArrowRight}')
  slider('Disk').focus()
  await user.keyboard('{ArrowLeft}')
  expect(changes).toEqual([
    [{ ...RESOURCES, cpu_cores: 5, disk_gb: 1 }, 'cpu_cores'],
    [RESOURCES, 'disk_gb'],
  ])
})
