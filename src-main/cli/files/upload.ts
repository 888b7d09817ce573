import { createHash } from 'node:crypto'
import { open, type FileHandle } from 'node:fs/promises'
import type { ApiCalls } from '../../api/transport/client.ts'
import { uploadSource } from '../../api/transport/transfer.ts'
import { refuse } from '../../protocol/fault.ts'
import { systemWords } from '../../protocol/system-error.ts'
import type { Cid } from '../../protocol/ids.ts'
import { createProgressLine } from '../output/progress-line.ts'
import type { LocalFile } from './local-file.ts'
import type { Terminal } from '../output/terminal.ts'
import { bytesText } from '../output/units-text.ts'

/** Bytes of a file that are hashed at a time. */
const DIGEST_BYTES = 1 << 20

/**
 * Uploads a file of this machine; what the peer has already is not sent again.
 * @param sent told after each chunk how many bytes are there
 * @throws FaultError `bad-input` when the file cannot be read or changes meanwhile; what the calls throw
 */
export async function uploadFile(
  calls: ApiCalls,
  file: LocalFile,
  sent: (bytes: number) => void,
): Promise<Cid> {
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    refuse('bad-input', `cannot read ${file.path}: ${systemWords(error)}`, error)
  })
  try {
    return await uploadSource(
      calls,
      {
        bytes: file.bytes,
        sha256: await digestOf(handle),
        read: async (offset, length) => {
          const buffer = new Uint8Array(length)
          const { bytesRead } = await handle.read(buffer, 0, length, offset)
          if (bytesRead === 0) refuse('bad-input', `${file.path} became shorter while it was read`)
          return buffer.subarray(0, bytesRead)
        },
      },
      sent,
    )
  } finally {
    await handle.close()
  }
}

/** The SHA-256 of a whole file; a second for two gigabytes. */
async function digestOf(handle: FileHandle): Promise<string> {
  const digest = createHash('sha256')
  const buffer = new Uint8Array(DIGEST_BYTES)
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) return digest.digest('hex')
    digest.update(buffer.subarray(0, bytesRead))
    at += bytesRead
  }
}

/** Uploads files one after the other, with a progress line. @throws as `uploadFile` */
export async function uploadFiles(
  terminal: Terminal,
  calls: ApiCalls,
  files: readonly LocalFile[],
): Promise<readonly Cid[]> {
  const total = files.reduce((sum, file) => sum + file.bytes, 0)
  const line = createProgressLine(terminal, 'upload')
  const cids: Cid[] = []
  let before = 0
  try {
    for (const file of files) {
      cids.push(
        await uploadFile(calls, file, (bytes) =>
          line.draw((before + bytes) / total, `${bytesText(before + bytes)} of ${bytesText(total)}`),
        ),
      )
      before += file.bytes
    }
  } finally {
    line.clear()
  }
  return cids
}
