import { join } from 'node:path'
import { CID } from 'multiformats/cid'
import type { JobId } from '../../../src-main/protocol/ids.ts'
import { beginCapture, search, type Needle } from '../capture.ts'
import { pause } from '../commands.ts'
import * as measures from '../measures.ts'
import type { LabPeer } from '../peer.ts'
import { probe } from '../probe.ts'
import type { Scenario } from '../scenario.ts'

/** Names and a trust value that nothing else on the line has by chance. */
const ANN = 'Annelore Quittenbaum'
const BOB = 'Bohumil Zwetschgenstein'
const TRUST = 0.7310585786300049
/** A text that is sent in the open, to see that a listener would find it. */
const SAID_ALOUD = 'said-aloud-in-the-open'
const UNITS = 6
const UNIT_MS = 200
const DONE_WITHIN_MS = 120_000
/** Kernels hand packets to listeners a moment later. */
const LATE_PACKETS_MS = 1_000

const text = (name: string, value: string): Needle => ({ name, bytes: Buffer.from(value) })

/** A number as text, and as canonical CBOR has it. */
function numberNeedles(name: string, value: number): readonly Needle[] {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(value)
  return [text(`${name} (text)`, String(value)), { name: `${name} (binary)`, bytes }]
}

/** Content ids as text, and the digests in them. */
async function cidNeedles(peer: LabPeer, job_id: JobId): Promise<readonly Needle[]> {
  const outputs: Needle[] = []
  for (let unit_index = 0; unit_index < UNITS; unit_index++) {
    const { cid } = await peer.ask((calls) => calls.jobs.output({ job_id, unit_index }))
    const { digest } = CID.parse(cid).multihash
    outputs.push(text(`CID ${unit_index}`, cid), {
      name: `digest of CID ${unit_index}`,
      bytes: Buffer.from(digest),
    })
  }
  return outputs
}

const listening: Scenario = {
  name: 'a stranger who listens to all that crosses the internet: pairing and a job',
  wanted: 'no name, trust, job id or CID; what is said in the open is found',
  needs: 'tcpdump',
  async run(stage) {
    const { internet, testbed } = stage
    const [annHost, bobHost] = [await internet.publicHost('ann'), await internet.publicHost('bob')]
    const capture = await beginCapture(internet.namespace, join(testbed.folder, 'heard.pcap'))
    const [ann, bob] = await Promise.all([
      stage.startPeer({ name: ANN, host: annHost }),
      stage.startPeer({ name: BOB, host: bobHost }),
    ])
    await measures.pair(ann, bob, TRUST)
    await measures.untilMeasured([ann, bob])
    const job = await measures.submitWaiting(ann, UNITS, UNIT_MS)
    const doneMs = await measures.timeUntil(() => measures.isVerified(ann, job), DONE_WITHIN_MS)
    if (doneMs === undefined) throw new Error('the job that is listened to was not done')
    await probe(annHost.namespace, 'say', bobHost.site.address(), '9', SAID_ALOUD)
    await pause(LATE_PACKETS_MS)
    const { path } = await capture.stop()
    const secrets = [
      text('Ann’s name', ANN),
      text('Bob’s name', BOB),
      ...numberNeedles('trust', TRUST),
      text('job id', job),
      text('algorithm', 'test.wait'),
      ...(await cidNeedles(ann, job)),
    ]
    const { found, bytes } = await search(path, [text(SAID_ALOUD, SAID_ALOUD), ...secrets])
    const learned = found.filter((name) => name !== SAID_ALOUD)
    const hears = found.length > learned.length
    return {
      met: hears && learned.length === 0,
      measured: `${(bytes / 1_000).toFixed(0)} kB heard; learned: ${learned.join(', ') || 'nothing'}; what was said in the open: ${hears ? 'found' : 'NOT FOUND'}`,
      figures: { bytes, learned: learned.length, hears },
    }
  },
}

/** Scenarios of what listeners on the way see. */
export const scenarios: readonly Scenario[] = [listening]
