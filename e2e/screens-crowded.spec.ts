import { crowdedStage } from './nodes.ts'
import { pictureStage } from './screens.ts'

pictureStage({ name: 'crowded', make: crowdedStage, jobs: ['job-crowded', 'job-done'], hasPeople: true })
