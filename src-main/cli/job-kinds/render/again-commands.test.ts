import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decode } from 'fast-png'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { servePeer, type ServedPeer } from '../../../api/transport/served-peer.fixture.ts'
import { glbOf, newDocument, squareNode } from '../../../compute/libraries/render/import/gltf.fixture.ts'
import { giveMeasured } from '../../../measured.fixture.ts'
import { runMeshctl } from '../../meshctl.ts'

let home: string
let served: ServedPeer
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'meshwork-again-'))
  await giveMeasured(join(home, 'peer'))
  served = await servePeer('studio', join(home, 'peer'))
  const { document, add } = newDocument()
  add(squareNode(document))
  await writeFile(join(home, 'sign.glb'), await glbOf(document))
})
afterAll(async () => {
  await served.stop()
  await rm(home, { recursive: true, force: true })
})

/** Runs a command on the peer. @returns what it printed as JSON */
async function meshctl(...command: readonly string[]): Promise<unknown> {
  let [out, err] = ['', '']
  const code = await runMeshctl([...command, '--json', '--data', join(home, 'peer')], {
    out: (text) => void (out += text),
    outBytes: () => Promise.resolve(),
    err: (text) => void (err += text),
    columns: undefined,
  })
  expect({ code, err }).toEqual({ code: 0, err: '' })
  return JSON.parse(out)
}

const Job = z.looseObject({ job_id: z.string() })
const SLOW = ['--width', '256', '--height', '256', '--tile', '32', '--spp', '64', '--bounces', '2']

it('meshctl stops a render and keeps it, goes on with it, and renders it again with other settings', async () => {
  const place = (name: string) => join(home, name)
  const { job_id } = Job.parse(
    await meshctl('submit-render', place('sign.glb'), ...SLOW, '--redundancy', '1'),
  )
  const { jobs } = served.client.calls
  for await (const { stored } of await jobs.watch({ job_id })) if (stored > 0) break
  expect(await meshctl('cancel-job', job_id, '--keep')).toEqual({ job_id, state: 'cancelled', kept: true })
  await meshctl('job-result', job_id, '--out', place('part.png'))
  expect(decode(await readFile(place('part.png')))).toMatchObject({ width: 256, channels: 4 })
  const going = Job.parse(await meshctl('continue-job', job_id, '--out', place('whole.png')))
  expect(decode(await readFile(place('whole.png')))).toMatchObject({ width: 256, channels: 3 })
  const changes = ['--width', '32', '--height', '32', '--spp', '1']
  await meshctl('rerun-job', going.job_id, ...changes, '--out', place('small.png'))
  expect(decode(await readFile(place('small.png')))).toMatchObject({ width: 32, height: 32 })
})
