import { runDaemon } from '../../daemon.ts'

// A daemon whose units wait instead of compute, for the bench of the mesh.
await runDaemon(process.argv.slice(2), {
  registry: new URL('../../compute/waiting.fixture.ts', import.meta.url),
})
