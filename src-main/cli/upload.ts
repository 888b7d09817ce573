import { open } from 'node:fs/promises'
import type { ApiCalls } from '../api/client.ts'
import { uploadSource } from '../api/transfer.ts'
import { faultOf, refuse } from '../protocol/fault.ts'
import type { Cid } from '../protocol/ids.ts'
import type { LocalFile } from './scene-files.ts'

/**
 * Uploads a file of this machine.
 * @param sent told after each chunk how many bytes are there
 * @throws FaultError `bad-input` when the file cannot be read or changes meanwhile; what the calls throw
 */
export async function uploadFile(
  calls: ApiCalls,
  file: LocalFile,
  sent: (bytes: number) => void,
): Promise<Cid> {
  const handle = await open(file.path, 'r').catch((error: unknown) => {
    refuse('bad-input', `cannot read ${file.path}: ${faultOf(error, 'bad-input').message}`, error)
  })
  try {
    return await uploadSource(
      calls,
      {
        bytes: file.bytes,
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
