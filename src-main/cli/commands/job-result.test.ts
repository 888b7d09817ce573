import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cleaning } from '#contract'
import type { ApiCalls } from '../../api/transport/client.ts'
import type { withPeer } from '../daemon/peer-command.ts'
import { safeTerminal } from '../output/terminal.ts'
import { FaultError } from '../../protocol/fault.ts'
import { JobId } from '../../protocol/ids.ts'
import { saveJobResult } from './job-result.ts'

const JOB = JobId.parse('job-1')
const BYTES = Buffer.from('a result')
const RESULT = {
  cid: 'bafkreia',
  bytes: BYTES.length,
  sha256: '8ef99d17b420fd37a306ac016be950cab3836d24f801fb29c09b29d6538e9146',
}

let folder: string
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'meshwork-job-result-'))))
afterEach(() => rm(folder, { recursive: true }))

/** Saves the result of a job of some kind, and tells what the peer was asked for and what was printed. */
async function saved(
  kind: string,
  name: string,
  {
    json = false,
    refusal,
    cleaning = { state: 'cleaned' },
    ...options
  }: { json?: boolean; refusal?: FaultError; cleaning?: Cleaning; asRendered?: boolean } = {},
): Promise<{ asked: unknown[]; printed: string; warned: string }> {
  const asked: unknown[] = []
  const peer = {
    jobs: {
      status: () => Promise.resolve({ facts: { kind } }),
      result: (which: unknown) => {
        asked.push(which)
        return refusal === undefined ? Promise.resolve(RESULT) : Promise.reject(refusal)
      },
    },
    render: { watchCleaning: () => Promise.resolve(told(cleaning)) },
    blobs: { read: () => Promise.resolve({ chunk: new Blob([BYTES]), bytes: BYTES.length }) },
  } as unknown as ApiCalls
  const connected: typeof withPeer = (_options, use) => use(peer)
  let [printed, warned] = ['', '']
  const terminal = safeTerminal({
    out: (text) => void (printed += text),
    outBytes: () => Promise.resolve(),
    err: (text) => void (warned += text),
    columns: undefined,
  })
  await saveJobResult(terminal, JOB, { out: join(folder, name), json, ...options }, connected)
  return { asked, printed, warned }
}

async function* told(cleaning: Cleaning): AsyncGenerator<Cleaning> {
  yield await Promise.resolve(cleaning)
}

describe('meshctl job-result', () => {
  it.each([
    ['render', 'a.png', 'png'],
    ['render', 'A.EXR', 'exr'],
    ['module', 'total.txt', undefined],
    ['module', 'a.png', undefined],
    ['other', 'outputs', undefined],
    ['hologram', 'outputs.bin', undefined],
  ])('saves a job of the kind %s as %s in the format %s', async (kind, name, format) => {
    const { asked, printed } = await saved(kind, name)
    expect(asked).toEqual([{ job_id: JOB, ...(format === undefined ? {} : { format }) }])
    expect(printed).toBe(`${join(folder, name)}\n`)
    expect(await readFile(join(folder, name))).toEqual(BYTES)
    expect(await readdir(folder)).toEqual([name])
  })

  it('saves a picture as rendered when asked to, and warns of one that could not be cleaned', async () => {
    const raw = await saved('render', 'a.png', { asRendered: true })
    expect(raw.asked).toEqual([{ job_id: JOB, format: 'rawpng' }])
    const cleaning = { state: 'as-rendered', why: 'failed', message: 'no memory' } as const
    const failed = await saved('render', 'b.exr', { cleaning })
    expect(failed.asked).toEqual([{ job_id: JOB, format: 'exr' }])
    expect(failed.warned).toContain('could not be cleaned and is as rendered: no memory')
  })

  it.each(['render', 'module', 'hologram'])(
    'prints the result of a %s as JSON when asked to',
    async (kind) => {
      const { printed } = await saved(kind, 'a.png', { json: true })
      expect(JSON.parse(printed)).toEqual({ ...RESULT, file: join(folder, 'a.png') })
    },
  )

  it.each(['a.jpg', 'picture', 'a.png.bak'])(
    'leaves nothing where a picture cannot be saved as %s',
    async (name) => {
      await expect(saved('render', name)).rejects.toMatchObject({
        fault: { kind: 'bad-input', message: `${join(folder, name)} should end in .png or .exr` },
      })
      expect(await readdir(folder)).toEqual([])
    },
  )

  it('passes on in the peer’s words that a result cannot be put together', async () => {
    const fault = { kind: 'unsupported', message: 'only a newer version knows this kind of job' } as const
    const refusal = new FaultError(fault)
    for (const kind of ['other', 'hologram']) {
      await expect(saved(kind, 'outputs', { refusal })).rejects.toMatchObject({ fault })
    }
    expect(await readdir(folder)).toEqual([])
  })
})
