// Words that only one kind of job needs, in English, by the kind's name. A new kind is a file and a line here.
export { module } from './module.ts'
export { other } from './other.ts'
export { render } from './render.ts'
