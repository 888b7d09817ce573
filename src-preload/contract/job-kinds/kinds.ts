// Every kind of job, by the name that requests, facts and tables use. A new kind is a file and a line here.
export { moduleKind as module } from './module.ts'
export { otherKind as other } from './other.ts'
export { renderKind as render } from './render.ts'
