import { describe, expect, it } from 'vitest'
import type {
  JobId,
  JobSummary,
  NearbyTry,
  NodeNews,
  PairRequest,
  PeerId,
  Person,
  SharingNow,
  UnitHere,
} from '#contract'
import { createFormat, loadMessages } from '#text'
import { applyNews, NOTHING_KNOWN, runningJobs, type DesktopState } from './desktop-state.ts'
import { noticesBetween } from './notices.ts'
import { quitQuestion } from './quit-question.ts'
import { trayMenu, type MenuEntry, type TrayCommand } from './tray-menu.ts'
import { createPresence } from './presence.ts'
import { createTrayIcon, type TrayView } from './tray.ts'
import { trayState } from './tray-state.ts'
import { createElectronDouble } from '../electron.fixture.ts'
import { createMainWindow } from '../window/main-window.ts'

const messages = await loadMessages('en')
const format = createFormat('en', { now: () => 0, timeZone: 'UTC' })

const peer = (name: string) => name as PeerId
const unit = (requester: string, is_own: boolean, unit_index = 0): UnitHere => ({
  requester: peer(requester),
  is_own,
  job_id: 'j' as JobId,
  unit_index,
  fraction: 0.5,
})
const job = (id: string, state: JobSummary['state'], more: Partial<JobSummary> = {}): JobSummary => ({
  job_id: id as JobId,
  description: `job ${id}`,
  algorithm: { id: 'render.path-trace', version: '1' },
  facts: { kind: 'other' },
  state,
  units: 1,
  verified: 0,
  stored: 0,
  rejected_outputs: 0,
  retried: 0,
  redundancy: 1,
  submitted_at_ms: 0,
  wall_ms: 0,
  priority: 0.5,
  ...more,
})
const known = (more: Partial<DesktopState>): DesktopState => ({ ...NOTHING_KNOWN, ...more })
const jobs = (...all: JobSummary[]) => new Map(all.map((one) => [one.job_id, one]))

function commands(entries: readonly MenuEntry[]): TrayCommand[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'command') return [entry.command]
    return entry.kind === 'submenu' ? commands(entry.entries) : []
  })
}

function texts(entries: readonly MenuEntry[]): string[] {
  return entries.flatMap((entry) => {
    if (entry.kind === 'line') return []
    return entry.kind === 'submenu' ? [entry.label, ...texts(entry.entries)] : [entry.label]
  })
}

const menuOf = (sharing: SharingNow) => trayMenu(messages, format, known({ sharing }), true)
const rest: TrayCommand[] = [{ kind: 'open' }, { kind: 'quit' }]
const pauses: TrayCommand[] = [
  ...[60, 180, 360, 720].map((minutes) => ({ kind: 'pause', minutes, finishFirst: false }) as const),
  { kind: 'pause', finishFirst: false },
  { kind: 'pause', finishFirst: true },
]
const off: TrayCommand = { kind: 'share', on: false }

describe('the tray of a user whose job runs', () => {
  const running = job('Kitchen.glb', { kind: 'running' }, { units: 200, verified: 85 })
  const sharing: SharingNow = { kind: 'sharing' }

  function presence() {
    const views: TrayView[] = []
    const bars: (number | undefined)[] = []
    const made = createPresence({
      tray: { show: (view) => views.push(view) },
      showProgress: (fraction) => bars.push(fraction),
      notify: () => undefined,
      isOnline: () => true,
      systemLanguages: ['en'],
      onPreferences: () => undefined,
      speech: { language: 'en', messages, format },
    })
    const tell = (...changed: JobSummary[]) =>
      made.hear({ is_whole: true, sharing, jobs: { changed, removed: [] } })
    return {
      tell,
      hear: (news: NodeNews) => made.hear(news),
      lose: () => made.lose(),
      last: () => ({ view: views.at(-1), bar: bars.at(-1) }),
    }
  }

  it('tells how far it is, in the icon, the tooltip and the taskbar', () => {
    const { tell, last } = presence()
    tell()
    expect(last()).toMatchObject({ view: { tooltip: 'Sharing' }, bar: undefined })
    expect(last().view).not.toHaveProperty('fraction')
    tell(running)
    const tooltip = '42 % · job Kitchen · Sharing · 1 job in progress'
    expect(last()).toMatchObject({ view: { fraction: 0.425, tooltip }, bar: 0.425 })
    tell({ ...running, state: { kind: 'done' } })
    expect(last()).toMatchObject({ view: { tooltip: 'Sharing' }, bar: undefined })
  })

  it('has the icon of work while short units come and go', () => {
    const { hear, last } = presence()
    const working_for = [{ requester: peer('a'), is_own: false, name: 'Ada', kind: 'render' as const }]
    hear({ is_whole: true, sharing, working_for, units_here: [] })
    const seen = [[unit('a', false)], [], [unit('a', false, 1)], []].map((units_here) => {
      hear({ is_whole: false, units_here })
      return last().view.state
    })
    expect(new Set(seen)).toEqual(new Set(['working']))
    hear({ is_whole: false, working_for: [] })
    expect(last().view.state).toBe('sharing')
  })

  it('tells nothing of it once the peer is gone', () => {
    const { tell, lose, last } = presence()
    tell(running)
    lose()
    expect(last().bar).toBeUndefined()
    expect(last().view).not.toHaveProperty('fraction')
  })

  it('has a ring for an icon while all is well, and changes it only when the ring does', () => {
    const double = createElectronDouble()
    const tray = createTrayIcon({
      electron: double.api,
      platform: 'linux',
      images: '/i',
      perform: () => undefined,
    })
    const view = { tooltip: '', entries: [] } as const
    tray.show({ ...view, state: 'working', fraction: 0.42 })
    expect(double.tray().image).toBe('bitmap of 4096 bytes')
    tray.show({ ...view, state: 'sharing', fraction: 0.43 })
    expect(double.calls.filter(({ name }) => name === 'image.setTemplateImage')).toHaveLength(1)
    tray.show({ ...view, state: 'problem', fraction: 0.43 })
    expect(double.tray().image).toBe('/i/problem.png')
    tray.show({ ...view, state: 'sharing' })
    expect(double.tray().image).toBe('/i/sharing.png')
  })

  it('has a bar in the taskbar, also of a window that is opened later', () => {
    const double = createElectronDouble()
    const window = createMainWindow({
      electron: double.api,
      preload: '/p',
      icon: '/i',
      recall: () => undefined,
      remember: () => undefined,
      onClosed: () => undefined,
    })
    window.showProgress(0.25)
    window.open()
    expect(double.windows[0]?.progress).toBe(0.25)
    window.showProgress(undefined)
    expect(double.windows[0]?.progress).toBe(-1)
  })
})

describe('the tray’s menu', () => {
  it.each<[SharingNow, TrayCommand[]]>([
    [{ kind: 'sharing' }, [off, ...pauses]],
    [{ kind: 'measuring' }, [off, ...pauses]],
    [{ kind: 'outside-hours', next_ms: 5 }, [off, ...pauses]],
    [
      { kind: 'paused-by-rule', rule: 'full-screen', since_ms: 1 },
      [off, { kind: 'share-anyway', rule: 'full-screen' }, ...pauses],
    ],
    [{ kind: 'paused-by-user', since_ms: 1 }, [off, { kind: 'resume' }]],
    [{ kind: 'finishing', since_ms: 1 }, [off, { kind: 'resume' }]],
    [{ kind: 'off' }, [{ kind: 'share', on: true }]],
  ])('while %j asks for what can be done then', (sharing, expected) => {
    expect(commands(menuOf(sharing))).toEqual([...expected, ...rest])
  })

  it('begins with the sentence, and says whose units run here', () => {
    const people = new Map([[peer('a'), { name: 'Anna & Ben' } as Person]])
    const unitsHere = [unit('a', false, 11), unit('me', true), unit('b', false, 1)]
    const workingFor = [{ requester: peer('a'), is_own: false, name: 'Anna & Ben', kind: 'render' }]
    const now = known({ sharing: { kind: 'sharing' }, unitsHere, workingFor, people })
    const menu = trayMenu(messages, format, now, true)
    expect(texts(menu)[0]).toBe('Sharing · Rendering for Anna & Ben')
    expect(texts(menu)).toEqual(
      expect.arrayContaining([
        'Running here',
        'Unit 12 for Anna & Ben',
        'Unit 1 of your own job',
        'Unit 2 for somebody',
      ]),
    )
  })

  it('stays short with many units and long names', () => {
    const name = '👩‍🚀'.repeat(60)
    const people = new Map([[peer('a'), { name } as Person]])
    const unitsHere = Array.from({ length: 300 }, (_, i) => unit('a', false, i))
    const lines = texts(trayMenu(messages, format, known({ unitsHere, people }), true))
    expect(lines).toContain('and 292 more units')
    expect(lines.length).toBeLessThan(20)
    const line = lines.find((text) => text.startsWith('Unit 1 '))
    expect(line).toBe(`Unit 1 for ${'👩‍🚀'.repeat(39)}…`)
  })

  it('without a peer only opens and quits', () => {
    expect(commands(trayMenu(messages, format, NOTHING_KNOWN, false))).toEqual(rest)
  })
})

describe('the tray’s icon', () => {
  const facts = {
    isPeerHeard: true,
    isOnline: true,
    sharing: { kind: 'sharing' } as SharingNow,
    isWorking: false,
  }
  it.each([
    [{}, 'sharing'],
    [{ sharing: undefined }, 'sharing'],
    [{ isWorking: true }, 'working'],
    [{ isWorking: true, sharing: { kind: 'paused-by-user', since_ms: 1 } as SharingNow }, 'working'],
    [{ sharing: { kind: 'finishing', since_ms: 1 } as SharingNow }, 'sharing'],
    [{ sharing: { kind: 'off' } as SharingNow }, 'paused'],
    [{ sharing: { kind: 'outside-hours' } as SharingNow }, 'paused'],
    [{ isOnline: false }, 'offline'],
    [{ isPeerHeard: false, isWorking: true }, 'problem'],
  ])('with %j is %s', (change, state) => {
    expect(trayState({ ...facts, ...change })).toBe(state)
  })
})

describe('notices', () => {
  const preferences = {
    theme: 'system',
    language: 'system',
    notifications: true,
    start_at_login: false,
    first_start_done: true,
    show_pictures_to_helpers: false,
  } as const
  const between = (before: Partial<DesktopState>, after: Partial<DesktopState>) =>
    noticesBetween(known({ preferences, ...before }), known({ preferences, ...after }), messages, format)
  const facts = { kind: 'render' as const, width: 1, height: 1, spp: 1, tile: 1, samples_per_unit: 1 }
  const failed = { kind: 'failed', fault: { kind: 'undecided', message: 'nobody agrees' } } as const
  const running = { kind: 'running' } as const
  const done = { kind: 'done' } as const

  it('tell of a job that ends, once, and lead to it', () => {
    expect(between({ jobs: jobs(job('1', running)) }, { jobs: jobs(job('1', done, { facts })) })).toEqual([
      { title: 'Your picture is ready', body: 'job 1', screen: '/jobs/1' },
    ])
    expect(between({ jobs: jobs(job('1', done)) }, { jobs: jobs(job('1', done)) })).toEqual([])
  })

  it('say why a job failed, and nothing of one that its user cancelled', () => {
    expect(between({ jobs: jobs(job('1', running)) }, { jobs: jobs(job('1', failed)) })).toEqual([
      { title: 'Your job failed', body: 'job 1: nobody agrees', screen: '/jobs/1' },
    ])
    expect(
      between({ jobs: jobs(job('1', running)) }, { jobs: jobs(job('1', { kind: 'cancelled' })) }),
    ).toEqual([])
  })

  it('tell nothing of what ended before the first listener', () => {
    expect(between({}, { jobs: jobs(job('1', done)) })).toEqual([])
  })

  it('tell of frames that belong together when the last has ended', () => {
    const frame = (id: string, index: number, state: JobSummary['state']) =>
      job(id, state, { facts, series: { id: '1' as JobId, index, count: 2 } })
    const before = { jobs: jobs(frame('1', 0, running), frame('2', 1, running)) }
    const half = { jobs: jobs(frame('1', 0, done), frame('2', 1, running)) }
    expect(between(before, half)).toEqual([])
    expect(between(half, { jobs: jobs(frame('1', 0, done), frame('2', 1, done)) })).toMatchObject([
      { title: 'Your picture is ready', body: 'job 2 · 2 frames' },
    ])
    expect(between(half, { jobs: jobs(frame('1', 0, failed), frame('2', 1, done)) })).toMatchObject([
      { title: 'Your job failed' },
    ])
  })

  it('tell of a peer that wants to pair, not of one that this user asked', () => {
    const request = (direction: PairRequest['direction']): PairRequest => ({
      peer_id: peer('p'),
      name: 'Anna',
      short_name: 'x',
      direction,
      trust: 0.5,
      asked_at_ms: 0,
      expires_at_ms: 1,
    })
    expect(between({}, { pairRequests: [request('outgoing')] })).toEqual([])
    const [notice, ...more] = between({}, { pairRequests: [request('incoming')] })
    expect(notice).toMatchObject({ screen: '/people', body: 'Anna used your code. Accept or decline.' })
    expect(more).toEqual([])
    expect(between({ pairRequests: [request('incoming')] }, { pairRequests: [request('incoming')] })).toEqual(
      [],
    )
  })

  it('[T8] tell of a PC nearby whose number is to be compared, once for each number', () => {
    const attempt = (more: Partial<NearbyTry>, number = '123456', confirmed = false): NearbyTry => ({
      peer_id: peer('p'),
      name: 'Office PC',
      short_name: 'x',
      direction: 'incoming',
      state: { kind: 'comparing', number, confirmed },
      expires_at_ms: 1,
      ...more,
    })
    const tries = (...nearbyTries: NearbyTry[]) => ({ nearbyTries })
    expect(between({}, tries(attempt({})))).toEqual([
      {
        title: 'A PC nearby wants to pair',
        body: 'Office PC says that it is beside you. Compare the number on both screens.',
        screen: '/people',
      },
    ])
    expect(between(tries(attempt({})), tries(attempt({})))).toEqual([])
    expect(between(tries(attempt({})), tries(attempt({}, '654321')))).toHaveLength(1)
    // No notice for what the user began or has answered, nor for what has ended.
    const ended = { kind: 'ended', how: 'expired', by_them: true } as const
    for (const other of [
      attempt({ direction: 'outgoing' }),
      attempt({}, '1', true),
      attempt({ state: ended }),
    ])
      expect(between({}, tries(other))).toEqual([])
    const quiet = { preferences: { ...preferences, notifications: false } }
    expect(between({}, { ...tries(attempt({})), ...quiet })).toEqual([])
  })

  it('are not shown to a user who turned them off', () => {
    const quiet = { preferences: { ...preferences, notifications: false } }
    expect(between({ jobs: jobs(job('1', running)) }, { jobs: jobs(job('1', done)), ...quiet })).toEqual([])
  })
})

describe('what is known', () => {
  it('is what the news said, a whole in place of all before', () => {
    const one = applyNews(NOTHING_KNOWN, {
      is_whole: true,
      jobs: { changed: [job('1', { kind: 'running' }), job('2', { kind: 'done' })], removed: [] },
      sharing: { kind: 'off' },
      working_for: [{ requester: peer('a'), is_own: false, kind: 'render' }],
    })
    expect(runningJobs(one)).toBe(1)
    expect(one.workingFor.map(({ requester }) => requester)).toEqual(['a'])
    const nearby = { visible: true, pcs: [], tries: [] }
    expect(applyNews(one, { is_whole: false, nearby }).nearbyTries).toBe(nearby.tries)
    const two = applyNews(one, { is_whole: false, jobs: { changed: [], removed: ['1' as JobId] } })
    expect([...two.jobs.keys()]).toEqual(['2'])
    expect(two.sharing).toEqual({ kind: 'off' })
    expect(two.workingFor).toBe(one.workingFor)
    expect(applyNews(two, { is_whole: false, working_for: [] }).workingFor).toEqual([])
    expect(applyNews(two, { is_whole: true }).jobs.size).toBe(0)
  })
})

describe('quitting', () => {
  it('asks nothing when nothing is lost', () => {
    expect(quitQuestion(messages, format, NOTHING_KNOWN)).toBeUndefined()
  })

  it('says what becomes of others’ units, of own ones, and of jobs', () => {
    const state = known({
      unitsHere: [unit('a', false), unit('b', false), unit('me', true)],
      jobs: jobs(job('1', { kind: 'running' })),
    })
    const question = quitQuestion(messages, format, state)
    expect(question?.detail.split('\n')).toEqual([
      '2 units run here for others. They are handed back and computed by others.',
      '1 unit of your own jobs runs here. It starts over when Meshwork runs again.',
      '1 job of yours is in progress. It continues when Meshwork runs again.',
    ])
  })
})
