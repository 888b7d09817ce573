import { execFile } from 'node:child_process'
import { win32 } from 'node:path'
import { promisify } from 'node:util'
import { z } from 'zod'
import { faultOf } from '../../protocol/fault.ts'

/** Windows reads the whole installer, and may ask whether its certificate was revoked. */
const CHECK_WITHIN_MS = 60_000
const OUTPUT_BYTES_MAX = 1 << 16
/** `SignatureStatus.Valid`: signed, unchanged, and by a certificate that Windows trusts. */
const VALID = 0

/** The file's name comes by a variable, where no character of it means anything to PowerShell. */
const SCRIPT = [
  "$ErrorActionPreference = 'Stop'",
  "$ProgressPreference = 'SilentlyContinue'",
  '[Console]::OutputEncoding = [Text.Encoding]::UTF8',
  '$signature = Get-AuthenticodeSignature -LiteralPath $env:MESHWORK_UPDATE',
  '$subject = [string]$signature.SignerCertificate.Subject',
  '@{ status = [int]$signature.Status; subject = $subject } | ConvertTo-Json -Compress',
].join('\n')

const Answer = z.object({ status: z.int(), subject: z.string() })

/**
 * Says whether an installer is signed by one of the publishers (whole certificate subjects): null when it is, else why it
 * is not taken, in one line. Never rejects.
 */
export type SignatureCheck = (publishers: readonly string[], path: string) => Promise<string | null>

/**
 * A check of Windows' Authenticode signatures by the system's own PowerShell. In contrast to electron-updater's, whatever
 * keeps PowerShell from answering refuses the installer. Not run on Windows yet.
 *
 * @param systemRoot Windows' folder, since a program of PowerShell's name may lie anywhere on the path
 * @param powershell its program, when it is not the system's
 */
export function createSignatureCheck(
  systemRoot: string,
  powershell: string = win32.join(systemRoot, 'System32', 'WindowsPowerShell', 'v1.0', 'powershell.exe'),
): SignatureCheck {
  const encoded = Buffer.from(SCRIPT, 'utf16le').toString('base64')
  const args = ['-NoProfile', '-NonInteractive', '-EncodedCommand', encoded]
  return async (publishers, path) => {
    try {
      const { stdout } = await promisify(execFile)(powershell, args, {
        // Without `PSModulePath`, which names folders of modules to load.
        env: { SystemRoot: systemRoot, MESHWORK_UPDATE: path },
        timeout: CHECK_WITHIN_MS,
        killSignal: 'SIGKILL',
        maxBuffer: OUTPUT_BYTES_MAX,
        windowsHide: true,
      })
      const { status, subject } = Answer.parse(JSON.parse(stdout))
      if (status !== VALID) return `the installer’s signature is not valid (${status})`
      return publishers.includes(subject) ? null : `the installer is signed by somebody else (${subject})`
    } catch (error) {
      const [line] = faultOf(error, 'unsupported').message.split('\n', 1)
      return `the installer’s signature could not be checked (${line ?? ''})`
    }
  }
}
