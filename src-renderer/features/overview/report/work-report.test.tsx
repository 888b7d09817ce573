import { fireEvent, screen, waitFor } from '@testing-library/react'
import { describe, expect, it, onTestFinished, vi } from 'vitest'
import type { JobHelp, JobSummary, PersonReport, WorkReport as Report } from '#contract'
import { createFormat } from '#text'
import { english, mount } from '../../../component.fixture.tsx'
import { DONE, jobStatus } from '../../../job-kinds/job.fixture.ts'
import { peerId } from '../../../node.fixture.ts'
import { NewestHelp } from './newest-help.tsx'
import { newestHelped } from './newest-helped.ts'
import { isLastNight, newsOf, workSentence } from './report-words.ts'
import { WorkReport } from './work-report.tsx'

const HOUR_MS = 3_600_000
const at = (day: number, hour: number) => new Date(2026, 10, day, hour).getTime()
const NIGHT = { from_ms: at(23, 23), until_ms: at(24, 4) }

function personReport(some: Partial<PersonReport> = {}): PersonReport {
  return {
    peer_id: peerId('Ada'),
    name: 'Ada',
    work: [{ kind: 'render', jobs: 3 }],
    cpu_ms: 34 * 60_000,
    span: NIGHT,
    thanks: [],
    thanks_count: 0,
    ...some,
  }
}

describe('the report', () => {
  const thanked = personReport({
    thanks: [{ at_ms: 5, note: 'It looks great!', picture: '/9j/2Q==' }],
    thanks_count: 1,
  })

  it('tells the work, the thanks with note and picture, and is put away until there is news', async () => {
    const report: Report = { people: [thanked], until_ms: at(24, 8) }
    const { user, asked } = mount(<WorkReport />, {
      answers: { report: { get: () => report, dismiss: () => ({}) } },
    })
    const card = await screen.findByRole('complementary', { name: 'What this PC did for others' })
    expect(card.textContent).toContain(
      'Your PC helped Ada with 3 pictures last night · 34 min of processor time',
    )
    expect(card.textContent).toContain('Ada says thanks')
    screen.getByText('It looks great!')
    expect(screen.getByRole('img', { name: /picture by Ada/ }).getAttribute('src')).toBe(
      'data:image/jpeg;base64,/9j/2Q==',
    )
    await user.click(screen.getByRole('button', { name: 'Put away' }))
    await waitFor(() => expect(screen.queryByRole('complementary')).toBeNull())
    expect(asked('report.dismiss')).toEqual([{ until_ms: at(24, 8) }])
  })

  it('hears of thanks that come while the window is open', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true, toFake: ['setInterval', 'clearInterval'] })
    onTestFinished(() => void vi.useRealTimers())
    const people: PersonReport[] = []
    mount(<WorkReport />, { answers: { report: { get: () => ({ people, until_ms: at(24, 8) }) } } })
    await vi.advanceTimersByTimeAsync(1_000)
    people.push(thanked)
    await vi.advanceTimersByTimeAsync(60_000)
    await screen.findByText('Ada says thanks')
  })

  it('shows few notes of one who thanks for much, none that is not seen, and no picture that is none', async () => {
    const note = (text: string) => ({ at_ms: 5, note: text })
    const blank = '\u200b \u3164'
    const thanks = [note(blank), note('one'), note('two'), note('three'), note('four')]
    const people = [personReport({ thanks: [...thanks, { at_ms: 5, picture: 'AAAA' }], thanks_count: 6 })]
    mount(<WorkReport />, { answers: { report: { get: () => ({ people, until_ms: at(24, 8) }) } } })
    await screen.findByText('Ada says thanks for 6 jobs')
    expect(['one', 'two', 'three', 'four'].filter((text) => screen.queryByText(text) !== null)).toEqual([
      'one',
      'two',
      'three',
    ])
    expect(document.body.textContent).not.toContain(blank)
    fireEvent.error(screen.getByRole('img', { name: /picture by Ada/ }))
    expect(screen.queryByRole('img', { name: /picture by Ada/ })).toBeNull()
  })

  it('is not there without news', async () => {
    const { asked } = mount(<WorkReport />, {
      answers: { report: { get: () => ({ people: [], until_ms: 1 }) } },
    })
    await waitFor(() => expect(asked('report.get')).toHaveLength(1))
    expect(screen.queryByRole('complementary')).toBeNull()
  })

  it('leaves out work that the user could watch, and never thanks', () => {
    const report = { people: [personReport()], until_ms: at(24, 8) }
    expect(newsOf(report, at(24, 8))).toHaveLength(1)
    expect(newsOf(report, at(23, 20))).toEqual([])
    expect(newsOf({ ...report, people: [thanked] }, at(23, 20))).toHaveLength(1)
  })

  it('says last night only for the night before this day', () => {
    expect(isLastNight(NIGHT, at(24, 8))).toBe(true)
    expect(isLastNight(NIGHT, at(25, 8))).toBe(false)
    expect(isLastNight({ ...NIGHT, from_ms: at(23, 17) }, at(24, 8))).toBe(false)
    expect(isLastNight({ ...NIGHT, until_ms: at(24, 12) }, at(24, 13))).toBe(false)
    // In the middle of it, the night is not the last one.
    expect(isLastNight({ from_ms: at(23, 23), until_ms: at(24, 1) }, at(24, 2))).toBe(false)
  })

  it('says since when for any other time, and names a kind that is not known by its jobs', () => {
    const format = createFormat('en', { now: () => at(25, 8) })
    const of = personReport({
      work: [
        { kind: 'render', jobs: 1 },
        { kind: 'of tomorrow', jobs: 2 },
      ],
    })
    expect(workSentence(of, english, format, at(25, 8))).toBe(
      'Your PC helped Ada with 1 picture and 2 jobs since Mon 23:00',
    )
  })
})

it('the newest done job that others helped with is news for a day', () => {
  const nowMs = at(24, 8)
  const job = (id: string, endedMs: number, is_self = false) =>
    jobStatus('render', {
      ...DONE,
      ...{ job_id: id as JobSummary['job_id'], submitted_at_ms: endedMs - 1_000, wall_ms: 1_000 },
      made_by: { makers: [{ name: 'Bob', is_self }], others: 0 },
    })
  const jobs = [job('older', nowMs - 2 * HOUR_MS), job('newer', nowMs - HOUR_MS), job('own', nowMs, true)]
  expect(newestHelped(jobs, nowMs)?.map(({ job_id }) => job_id)).toEqual(['newer'])
  expect(newestHelped(jobs, nowMs + 24 * HOUR_MS)).toBeUndefined()
})

it('the notice of help is put away for good, and takes no suggestion back', async () => {
  const help: JobHelp = {
    ...{ jobs: 1, wall_ms: 60_000, thanks: 'possible' },
    helpers: [{ peer_id: peerId('Bob'), name: 'Bob', cpu_ms: 60_000 }],
  }
  const job = jobStatus('render', {
    ...DONE,
    ...{ submitted_at_ms: Date.now() - 60_000, wall_ms: 1_000 },
    made_by: { makers: [{ name: 'Bob', is_self: false }], others: 0 },
  })
  const options = { node: { jobs: new Map([[job.job_id, job]]) }, answers: { jobs: { help: () => help } } }
  const { user, redraw } = mount(<NewestHelp />, options)
  const putAway = await screen.findByRole('button', { name: 'Put away' })
  // Another card of this window was dismissed meanwhile.
  localStorage.setItem('meshwork.dismissed-suggestions', '["pair"]')
  await user.click(putAway)
  expect(screen.queryByRole('region')).toBeNull()
  redraw(null)
  redraw(<NewestHelp />)
  expect(screen.queryByRole('region')).toBeNull()
  expect(localStorage.getItem('meshwork.dismissed-suggestions')).toContain('"pair"')
})
