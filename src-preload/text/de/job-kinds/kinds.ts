// Words that only one kind of job needs, in German, by the kind's name. A new kind is a file and a line here.
export { module } from './module.ts'
export { other } from './other.ts'
export { render } from './render.ts'
