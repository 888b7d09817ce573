import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBrain, JOB, manifestOf, NOON, submit } from '../../peer/brain.fixture.ts'
import { encodeEndedJob } from '../../peer/requester/archive-codec.ts'
import type { History } from '../../ports/history.ts'
import { refuse } from '../../protocol/fault.ts'
import { JobId } from '../../protocol/ids.ts'
import { openDatabase, type PeerDatabase } from '../../storage/database/database.ts'
import { createGroupCommit } from '../../storage/database/group-commit.ts'
import { openHistory } from '../../storage/history/history.ts'
import { createJobRecords, type JobRecords } from './job-records.ts'

let folder: string
let database: PeerDatabase

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'meshwork-records-'))
  database = openDatabase(folder)
})

afterEach(() => {
  database.close()
  rmSync(folder, { recursive: true })
})

/** A history with ended jobs of these names. */
function historyOf(...names: string[]) {
  const brain = createBrain()
  submit(brain, manifestOf())
  brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
  const job = brain.state.requester.jobs.get(JOB)!
  brain.state.requester.jobs.delete(JOB)
  const history = openHistory(database, createGroupCommit(database))
  const ids = names.map((name) => JobId.parse(`job-${name}`))
  for (const job_id of ids) {
    const bytes = encodeEndedJob({ ...job, manifest: { ...job.manifest, job_id } })
    history.putJob({ job: job_id, submittedAtMs: NOON }, bytes)
  }
  return { state: brain.state, history, ids }
}

const listed = (records: JobRecords): JobId[] => records.page(1).map(({ manifest }) => manifest.job_id)

test('[Y11] a removed job is gone at once, and deleted when the full disk has room', () => {
  const { state, history, ids } = historyOf('a', 'b')
  let isFull = true
  const full: History = {
    ...history,
    remove: (id) => (isFull ? refuse('disk-full', 'the disk is full') : history.remove(id)),
  }
  const records = createJobRecords(state, full, () => undefined)
  records.remove(ids[1]!)
  expect([records.has(ids[1]!), records.find(ids[1]!), listed(records)]).toEqual([false, undefined, [ids[0]]])
  records.deleteRemoved()
  expect(history.has(ids[1]!)).toBe(true)
  isFull = false
  records.deleteRemoved()
  expect([history.has(ids[1]!), history.has(ids[0]!)]).toEqual([false, true])
})

test('[P13] a damaged entry of the history leaves the others in the list', () => {
  const { state, history, ids } = historyOf('a', 'b', 'c')
  database.exec("UPDATE history_job SET bytes = x'28b52ffd00' WHERE job = 'job-b'")
  const told: unknown[] = []
  const records = createJobRecords(state, history, (error) => void told.push(error))
  expect(records.page(10).map(({ manifest }) => manifest.job_id)).toEqual([ids[2], ids[0]])
  expect(records.page(2).map(({ manifest }) => manifest.job_id)).toEqual([ids[2], ids[0]])
  expect([records.find(ids[1]!), records.has(ids[1]!)]).toEqual([undefined, true])
  expect(told).toEqual([expect.objectContaining({ message: expect.stringContaining('damaged') as unknown })])
})
