import { journalContract } from '../../ports/journal.contract.ts'
import { createMemoryDisk, openMemoryJournal } from './memory-journal.ts'

journalContract('memory', () => {
  const disk = createMemoryDisk()
  return {
    open: (evidenceBytesMax) => openMemoryJournal(disk, evidenceBytesMax),
    damageRecord(sequence) {
      flipFirstByte(disk.records[sequence - disk.firstSequence]!.bytes)
    },
    damageSnapshot(sequence) {
      flipFirstByte(disk.snapshots.find((snapshot) => snapshot.sequence === sequence)!.parts.at(-1))
    },
    dispose: () => undefined,
  }
})

function flipFirstByte(bytes: Uint8Array | undefined): void {
  bytes![0]! ^= 1
}
