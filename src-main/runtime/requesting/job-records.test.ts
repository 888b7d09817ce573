import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createBrain, JOB, manifestOf, NOON, submit } from '../../peer/brain.fixture.ts'
import { encodeEndedJob } from '../../peer/requester/archive-codec.ts'
import { JobId } from '../../protocol/ids.ts'
import { openDatabase, type PeerDatabase } from '../../storage/database/database.ts'
import { createGroupCommit } from '../../storage/database/group-commit.ts'
import { openHistory } from '../../storage/history/history.ts'
import { createJobRecords } from './job-records.ts'

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

test('[P13] a damaged entry of the history leaves the others in the list', () => {
  const brain = createBrain()
  submit(brain, manifestOf())
  brain.happens({ kind: 'job-cancelled', at_ms: NOON, job_id: JOB })
  const job = brain.state.requester.jobs.get(JOB)!
  brain.state.requester.jobs.delete(JOB)
  const history = openHistory(database, createGroupCommit(database))
  const ids = ['a', 'b', 'c'].map((name) => JobId.parse(`job-${name}`))
  for (const job_id of ids) {
    const bytes = encodeEndedJob({ ...job, manifest: { ...job.manifest, job_id } })
    history.putJob({ job: job_id, submittedAtMs: NOON }, bytes)
  }
  database.exec("UPDATE history_job SET bytes = x'28b52ffd00' WHERE job = 'job-b'")
  const told: unknown[] = []
  const records = createJobRecords(brain.state, history, (error) => void told.push(error))
  expect(records.page(10).map(({ manifest }) => manifest.job_id)).toEqual([ids[2], ids[0]])
  expect(records.page(2).map(({ manifest }) => manifest.job_id)).toEqual([ids[2], ids[0]])
  expect(told).toHaveLength(2)
  expect(() => records.find(ids[1]!)).toThrow(/damaged/)
})
