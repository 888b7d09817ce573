import { writeSync } from 'node:fs'
import { assert } from '../../protocol/fault.ts'
import { openDatabase } from '../database/database.ts'
import { openJournal } from './journal.ts'

// A process for journal.test.ts to kill: saves a snapshot that is finished, and then one of endless parts, and writes a
// line to stdout with each of these.
const [folder] = process.argv.slice(2)
assert(folder !== undefined, 'the test names a folder')
const { journal } = openJournal(openDatabase(folder))
journal.append([{ bytes: Buffer.from('a') }, { bytes: Buffer.from('b') }])
journal.saveSnapshot({ sequence: 1, parts: [Buffer.from('fini'), Buffer.from('shed')] })

function* endless() {
  for (;;) {
    yield Buffer.alloc(1 << 20, 1)
    writeSync(1, 'part\n')
  }
}
journal.saveSnapshot({ sequence: 2, parts: endless() })
