/**
 * Asks a network of the lab, from inside, what its peers would meet. Arguments: `tcp ADDRESS PORT FROM`, from any port
 * if FROM is 0, prints how others see it; `knock ADDRESS PORT` the same, where silence is expected; `listen ADDRESS PORT` tells callers how it sees them; `say ADDRESS PORT TEXT`
 * sends a text by UDP; `map ROUTER PORT` asks a router for a port by NAT-PMP (RFC 6886) and prints the one it got.
 */
import { createSocket } from 'node:dgram'
import { connect, createServer } from 'node:net'

/** A probe without an answer by then is filtered: a first packet is sent three times until then. */
const KNOCK_MS = 4_000
/** An expected answer may take this long on a busy machine. */
const ANSWER_WITHIN_MS = 30_000
const NAT_PMP_PORT = 5_351
const LEASE_S = 600

function tell(line: string): void {
  process.stdout.write(`${line}\n`)
}

function callTcp(host: string, port: number, localPort: number, withinMs: number): void {
  const socket = connect({ host, port, ...(localPort === 0 ? {} : { localPort }) })
  const end = (line: string) => {
    tell(line)
    process.exit()
  }
  socket.once('data', (seen) => end(seen.toString()))
  socket.once('error', ({ message }) => end(`failed: ${message}`))
  setTimeout(() => end('no answer'), withinMs)
}

function listenTcp(host: string, port: number): void {
  const server = createServer((socket) => {
    socket.on('error', () => undefined) // a caller that has gone has heard what it wanted
    socket.end(`${socket.remoteAddress ?? ''} ${socket.remotePort ?? 0}`)
  })
  server.listen(port, host, () => tell('listening'))
}

function sayUdp(host: string, port: number, text: string): void {
  const socket = createSocket('udp4')
  socket.send(text, port, host, () => socket.close())
}

function mapPort(router: string, port: number): void {
  const socket = createSocket('udp4')
  const request = Buffer.alloc(12)
  request.writeUInt8(2, 1) // maps TCP
  request.writeUInt16BE(port, 4)
  request.writeUInt16BE(port, 6)
  request.writeUInt32BE(LEASE_S, 8)
  const end = (line: string) => {
    tell(line)
    process.exit()
  }
  socket.once('message', (answer) => {
    const result = answer.readUInt16BE(2)
    end(result === 0 ? String(answer.readUInt16BE(10)) : `refused: ${result}`)
  })
  socket.send(request, NAT_PMP_PORT, router)
  setTimeout(() => end('no answer'), ANSWER_WITHIN_MS)
}

const [what, address = '', port = '0', more = ''] = process.argv.slice(2)
if (what === 'tcp') callTcp(address, Number(port), Number(more), ANSWER_WITHIN_MS)
else if (what === 'knock') callTcp(address, Number(port), 0, KNOCK_MS)
else if (what === 'listen') listenTcp(address, Number(port))
else if (what === 'say') sayUdp(address, Number(port), more)
else if (what === 'map') mapPort(address, Number(port))
else throw new Error(`no probe ${what ?? ''}`)
