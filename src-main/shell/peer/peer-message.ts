import { z } from 'zod'

/**
 * Messages between the desktop's window process and its peer process, as JSON over the pipe between them. The
 * peer runs in a process of Node's own: there the permission model of its compute hosts holds, which Electron's own
 * Node passes over, and its work never holds up a window.
 */

/** A request's number, to find its answer by. */
const RequestId = z.int().min(1)
/** A sealed secret is a key of 32 bytes; a keychain's ciphertext is a few times as long. */
const Secret = z.base64().max(4_096)

/** A message of the shell to the peer. */
export const ToPeer = z.discriminatedUnion('kind', [
  /** The first message: the data folder, where to listen, and whether there is a keychain to seal the key with. */
  z.object({
    kind: z.literal('start'),
    data: z.string().min(1),
    listen: z.array(z.string()).min(1).exactOptional(),
    mdns: z.boolean(),
    has_keychain: z.boolean(),
  }),
  /** The machine's state, sent at each look; facts that the system does not tell are absent. */
  z.object({
    kind: z.literal('machine'),
    idle_s: z.number().min(0).exactOptional(),
    on_battery: z.boolean().exactOptional(),
  }),
  /** The keychain's answer; without bytes it failed. */
  z.object({ kind: z.literal('secret'), id: RequestId, bytes: Secret.exactOptional() }),
  /** Stop, and end. */
  z.object({ kind: z.literal('stop') }),
])
export type ToPeer = z.infer<typeof ToPeer>

/** A message of the peer to the shell. */
export const ToShell = z.discriminatedUnion('kind', [
  /** It answers there. */
  z.object({ kind: z.literal('ready'), url: z.string().min(1), token: z.string().min(1) }),
  /** It cannot start, or had to stop; one clear line. */
  z.object({ kind: z.literal('failed'), message: z.string() }),
  /** Its user asked it to stop: the program ends with it. */
  z.object({ kind: z.literal('stop-requested') }),
  z.object({ kind: z.enum(['seal', 'open']), id: RequestId, bytes: Secret }),
])
export type ToShell = z.infer<typeof ToShell>
