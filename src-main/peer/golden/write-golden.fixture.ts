/**
 * `node src-main/peer/golden/write-golden.fixture.ts` writes the golden journal of `RECORD_VERSION`. It refuses to change one
 * that is there: what a released version wrote is what it is.
 */
import { existsSync, writeFileSync } from 'node:fs'
import { format, resolveConfig } from 'prettier'
import { ME } from '../brain.fixture.ts'
import { encodeEvent } from '../codec.ts'
import { RECORD_VERSION } from '../record-version.ts'
import { initialState } from '../state.ts'
import { encodeStateParts } from '../state-parts.ts'
import { step } from '../step.ts'
import { goldenFile, summaryOf, type Golden } from './golden.fixture.ts'
import { STORY } from './story.fixture.ts'

/** Records that the snapshot stands for: about half, so that both it and the records after it count. */
const AFTER = Math.floor(STORY.length / 2)

const file = goldenFile(RECORD_VERSION)
if (existsSync(file)) {
  process.stderr.write(`not written: version ${RECORD_VERSION} has its golden journal\n`)
  process.exitCode = 1
} else {
  const state = initialState(ME, 'me')
  let parts: string[] = []
  STORY.forEach((event, at) => {
    step(state, event)
    if (at + 1 === AFTER)
      parts = [...encodeStateParts(state)].map((part) => Buffer.from(part).toString('base64'))
  })
  const golden: Golden = {
    version: RECORD_VERSION,
    records: STORY.map((event) => Buffer.from(encodeEvent(event)).toString('base64')),
    snapshot: { after: AFTER, parts },
    summary: summaryOf(state, RECORD_VERSION),
  }
  const style = await resolveConfig(file)
  writeFileSync(file, await format(JSON.stringify(golden), { ...style, parser: 'json' }))
}
