// Every kind of job in the window, by the name that facts have. A new kind is a folder and a line here.
export { moduleKind as module } from './module/kind.ts'
export { otherKind as other } from './other/kind.ts'
export { renderKind as render } from './render/kind.ts'
