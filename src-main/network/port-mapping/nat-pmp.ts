import { createSocket, type Socket } from 'node:dgram'
import { refuse } from '../../protocol/fault.ts'
import { PMP_WAITS_MS } from '../limits.ts'
import type { MappedPort, MappingRequest } from './mapped-port.ts'

const PMP_PORT = 5_351
const EXTERNAL_ADDRESS = 0
const MAP_TCP = 2
const ANSWER = 128

/** A router's reasons to refuse (RFC 6886, section 3.5). */
const RESULTS: Readonly<Record<number, string>> = {
  1: 'it does not speak this version',
  2: 'it does not allow it',
  3: 'it has no connection itself',
  4: 'it has no port left',
  5: 'it does not know how',
}

/**
 * Asks a router for a port by NAT-PMP (RFC 6886), which PCP's servers understand too.
 * @throws FaultError `unreachable` with the reason
 */
export async function mapByPmp(
  router: string,
  { internalPort, externalPort, seconds }: MappingRequest,
  signal: AbortSignal,
): Promise<MappedPort> {
  const socket = await connectTo(router)
  try {
    const question = Buffer.alloc(12)
    question.writeUInt8(MAP_TCP, 1)
    question.writeUInt16BE(internalPort, 4)
    question.writeUInt16BE(seconds === 0 ? 0 : externalPort, 6)
    question.writeUInt32BE(seconds, 8)
    const mapped = await ask(socket, question, 16, signal)
    const told = await ask(socket, Buffer.of(0, EXTERNAL_ADDRESS), 12, signal)
    return {
      host: [...told.subarray(8, 12)].join('.'),
      port: mapped.readUInt16BE(10),
      seconds: mapped.readUInt32BE(12),
    }
  } finally {
    socket.close()
  }
}

function connectTo(router: string): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    const fail = (error: Error): void => {
      socket.close()
      reject(error)
    }
    socket.once('error', fail)
    // A callback would be called where there is no way to the router, too.
    socket.once('connect', () => {
      socket.off('error', fail)
      socket.on('error', () => undefined)
      resolve(socket)
    })
    // A connected socket hears only the router.
    socket.connect(PMP_PORT, router)
  })
}

async function ask(socket: Socket, question: Buffer, bytes: number, signal: AbortSignal): Promise<Buffer> {
  for (const waitMs of PMP_WAITS_MS) {
    signal.throwIfAborted()
    const answer = await askOnce(socket, question, bytes, waitMs)
    if (answer === undefined) continue
    const result = answer.readUInt16BE(2)
    if (result === 0 && answer.byteLength >= bytes) return answer
    refuse('unreachable', RESULTS[result] ?? `it says ${result}`)
  }
  refuse('unreachable', 'it does not answer')
}

function askOnce(
  socket: Socket,
  question: Buffer,
  bytes: number,
  waitMs: number,
): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const done = (answer?: Buffer): void => {
      clearTimeout(timer)
      socket.off('message', hear)
      resolve(answer)
    }
    const hear = (answer: Buffer): void => {
      const isAnswer = answer.byteLength >= 4 && answer[1] === ANSWER + (question[1] ?? 0)
      if (isAnswer && (answer.byteLength >= bytes || answer.readUInt16BE(2) !== 0)) done(answer)
    }
    const timer = setTimeout(done, waitMs)
    socket.on('message', hear)
    // A router without it may answer that the port is closed; the wait ends by itself.
    socket.send(question, () => undefined)
  })
}
