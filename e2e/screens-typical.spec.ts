import { typicalStage } from './nodes.ts'
import { pictureStage } from './screens.ts'

pictureStage({ name: 'typical', make: typicalStage, jobs: ['job-running', 'job-done'], hasPeople: true })
