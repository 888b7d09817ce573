import { WebSocketServer } from 'ws'

// A process for client.test.ts to stop: takes connections and answers no call. It says its port, then `asked` whenever it
// is asked whether it is there.
const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
server.on('connection', (socket) => socket.on('ping', () => process.stdout.write('asked\n')))
server.on('listening', () => {
  const address = server.address()
  if (typeof address === 'object') process.stdout.write(`${address?.port}\n`)
})
