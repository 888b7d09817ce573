// Every kind of job on the command line, by its name in the contract. A new kind is a folder and a line here.
export { moduleKind as module } from './module/module-kind.ts'
export { otherKind as other } from './other.ts'
export { renderKind as render } from './render/render-kind.ts'
