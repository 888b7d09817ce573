// Every kind of job, by its name in the contract. A new kind is a folder and a line here.
export { createModuleKind as module } from './module/module-kind.ts'
export { createOtherKind as other } from './other/other-kind.ts'
export { createRenderKind as render } from './render/render-kind.ts'
