/**
 * Bounds of a module, so that neither this program nor V8 is stopped by compiling it, and how deep it may
 * call. Part of the meter's identity. Real modules' maxima, where known, stand beside the limits.
 */

/** Bytes of a module. The largest in use (ffmpeg) has 32 MB. */
export const MODULE_BYTES_MAX = 64 << 20
/** Function types; real ones have a few hundred. */
export const TYPES_MAX = 20_000
/** Parameters of a function type: V8 takes 1,000, and one may be added. */
export const PARAMS_MAX = 999
/** Results of a function type; each is copied on every return. */
export const RESULTS_MAX = 1_000
export const IMPORTS_MAX = 10_000
/** Functions; the largest C++ programs have 100,000. */
export const FUNCTIONS_MAX = 200_000
export const TABLES_MAX = 100
/** One memory; more are a proposal that the meter does not know. */
export const MEMORIES_MAX = 1
export const GLOBALS_MAX = 50_000
export const TAGS_MAX = 1_000
/** Exports; binaryen has 1,474. Each is an object of its own in every instance, some microseconds. */
export const EXPORTS_MAX = 10_000
export const ELEMENT_SEGMENTS_MAX = 10_000
/** Elements of all segments together. */
export const ELEMENTS_MAX = 1_000_000
/** As many as V8 takes: Go's linker makes one for each run of bytes, esbuild has 98,450. Each is paid for (costs.ts). */
export const DATA_SEGMENTS_MAX = 100_000
/** Instructions of one constant expression; extended ones are sums of a few. */
export const CONSTANT_INSTRUCTIONS_MAX = 64

/** Bytes of a function body; real maximum 181 KB. */
export const BODY_BYTES_MAX = 1 << 20
/** The same when it is instrumented; V8 takes 7,654,321. */
export const WRITTEN_BODY_BYTES_MAX = 6_000_000
/** All bodies when they are instrumented: real code grows by a fifth, what is made to grow sevenfold. */
export const WRITTEN_CODE_BYTES_MAX = 128 << 20
/** Locals of a function, parameters included; real maximum 271. */
export const LOCALS_MAX = 5_000
/** Values on the operand stack of a function: with the locals they make its frame. */
export const OPERANDS_MAX = 5_000
/**
 * Blocks within blocks. Switches of interpreters and of what Go compiles make them: Ruby 616, mupdf 2,250, esbuild 3,232.
 * V8 has no limit, and its time grows in proportion (100,000 blocks take 40 to 110 ms, whatever their depth); the work
 * that they are is counted by COMPILE_WORK_MAX.
 */
export const NESTING_MAX = 20_000
/**
 * Calls, bulk and table operations, growths and throws of one function; binaryen has 6,801. The optimising compiler's work
 * grows with their square: a second for these, a minute for ten times as many.
 */
export const CALLS_MAX = 20_000
/** Entries of one br_table; V8 takes 65,520. */
export const BRANCH_TABLE_MAX = 20_000
/**
 * Work that compiling a module is, in units of about 45 ns of V8's optimising compiler: wherever ways meet or part, one for
 * each local and operand that is alive there; for values passed to calls one each; and for a loop 1/LOOPS_PER_UNIT for each
 * loop before it in its function, as that compiler's work grows with their square (8,000 loops 0.2 s, 100,000 over 30 s).
 * Ruby, the most of real modules, comes to 11,255,380.
 */
export const COMPILE_WORK_MAX = 20_000_000
export const LOOPS_PER_UNIT = 4

/** Slots of 8 bytes that the frames of a module may take on the stack together; see stack-use.ts. */
export const STACK_SLOTS_MAX = 400_000
/** Slots of a frame besides locals and operands: return address, frame pointer, instance, what calls save. */
export const FRAME_SLOTS = 12
/** Slots that a chain of functions which do not count may take; the room that V8's stack must have besides. */
export const UNCOUNTED_SLOTS_MAX = 20_000
/** Units that one run of a function may take without a look at what is left: about the time of a call of the host. */
export const UNCHECKED_UNITS_MAX = 1_000
/** The most that callers pay for a function's beginning, so that sums stay in 31 bits; above it the function pays itself. */
export const PREPAID_UNITS_MAX = 10_000
