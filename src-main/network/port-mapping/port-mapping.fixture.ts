/** A port mapper in a process of its own; tells its parent each new state, and gives the port back when told to stop. */
import { machineClock } from '../local-mesh.ts'
import { createPortMapper } from './port-mapping.ts'

const told: string[] = []
const mapper = createPortMapper({
  clock: machineClock,
  port: () => Number(process.argv[2]),
  announce: () => undefined,
})
mapper.start()
setInterval(() => {
  const text = JSON.stringify(mapper.state())
  if (told.at(-1) === text) return
  told.push(text)
  process.stdout.write(`${text}\n`)
}, 20)
process.stdin.once('data', () => {
  void mapper.stop().then(() => process.exit(0))
})
