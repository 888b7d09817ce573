import { afterEach } from 'vitest'
import { standIn, unmount } from './component.fixture.tsx'

// Run for every file of components, also where files share a process and the fixture is loaded once.
standIn()
afterEach(unmount)
