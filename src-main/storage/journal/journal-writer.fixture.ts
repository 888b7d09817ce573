import { writeSync } from 'node:fs'
import { assert } from '../../protocol/fault.ts'
import { openDatabase } from '../database/database.ts'
import { openJournal } from './journal.ts'

// A process for journal.test.ts to kill: appends without end, alone and in groups, and writes the number of the last
// record to stdout once append has returned. Each record begins with its own number.
const [folder] = process.argv.slice(2)
assert(folder !== undefined, 'the test names a folder')
const { journal } = openJournal(openDatabase(folder))
let next = journal.append([]) + 1
for (let round = 0; ; round++) {
  const group = Array.from({ length: round % 3 === 0 ? 1 : 20 }, (_, i) => {
    const record = Buffer.alloc(100 + ((round * 37) % 5_000))
    record.writeUInt32LE(next + i)
    return { bytes: record }
  })
  next = journal.append(group) + 1
  writeSync(1, `${next - 1}\n`)
}
