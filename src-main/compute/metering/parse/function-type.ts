import type { FunctionType } from './function-code.ts'
import { type Cursor, readByte, readCount } from './reader.ts'
import { PARAMS_MAX, RESULTS_MAX } from '../limits.ts'
import { refuseModule } from '../refusal.ts'
import { VALUE_TYPE, type ValueTypeName } from './value-types.ts'

const NAMES = new Map<number, ValueTypeName>(
  (Object.entries(VALUE_TYPE) as [ValueTypeName, number][]).map(([name, byte]) => [byte, name]),
)

/** Bytes that begin a type of a proposal that the sandbox does not take. */
const REFUSED_TYPES = new Map<number, string>([
  [0x63, 'typed function references'], // (ref null ht)
  [0x64, 'typed function references'], // (ref ht)
  ...[0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x71, 0x72, 0x73].map(
    (byte) => [byte, 'garbage collection'] as const, // array struct i31 eq any none noextern nofunc
  ),
  [0x74, 'the bottom exception type'],
  [0x68, 'stack switching'],
  [0x75, 'stack switching'],
  [0x65, 'threads'], // shared heap types
])

const REFUSED_FORMS = new Map<number, string>([
  ...[0x4e, 0x4f, 0x50, 0x5e, 0x5f].map((byte) => [byte, 'garbage collection'] as const),
  [0x5d, 'stack switching'],
  [0x65, 'threads'],
])

/** The message for a byte that is no value type of ours. */
export function refusedType(byte: number): string {
  return REFUSED_TYPES.get(byte) ?? `unknown value type 0x${byte.toString(16)}`
}

/** Whether a byte is a value type that the sandbox takes. */
export function isValueType(byte: number): boolean {
  return NAMES.has(byte)
}

/** Whether a byte is a reference type that the sandbox takes. */
export function isReferenceType(byte: number): boolean {
  return byte === VALUE_TYPE.funcref || byte === VALUE_TYPE.externref || byte === VALUE_TYPE.exnref
}

/** The text format's names for value type bytes. */
export function valueTypeNames(types: ArrayLike<number>): ValueTypeName[] {
  return Array.from(types, (byte) => NAMES.get(byte) ?? 'i32')
}

/** One value type's byte. @throws FaultError `module-refused`, naming the feature, for others */
export function readValueType(cursor: Cursor): number {
  const from = cursor.at
  const byte = readByte(cursor)
  if (!NAMES.has(byte)) refuseModule(refusedType(byte), from)
  return byte
}

/** One reference type's byte. @throws FaultError `module-refused` for others */
export function readReferenceType(cursor: Cursor): number {
  const from = cursor.at
  const byte = readValueType(cursor)
  if (!isReferenceType(byte)) refuseModule(`0x${byte.toString(16)} is no reference type`, from)
  return byte
}

/** A function type. @throws FaultError `module-refused` for any other kind of type */
export function readFunctionType(cursor: Cursor): FunctionType {
  const from = cursor.at
  const form = readByte(cursor)
  if (form !== 0x60) {
    refuseModule(REFUSED_FORMS.get(form) ?? `unknown type form 0x${form.toString(16)}`, from)
  }
  const params = readValueTypes(cursor, 'parameters', PARAMS_MAX)
  return { params, results: readValueTypes(cursor, 'results', RESULTS_MAX) }
}

function readValueTypes(cursor: Cursor, what: string, max: number): Uint8Array {
  const count = readCount(cursor, what, max)
  const from = cursor.at
  for (let i = 0; i < count; i++) readValueType(cursor)
  return cursor.bytes.subarray(from, cursor.at)
}
