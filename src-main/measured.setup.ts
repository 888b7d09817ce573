import { measureMachine } from './measured.fixture.ts'

/** Measures this machine before the tests, whose peers are given what was found. */
export default measureMachine
