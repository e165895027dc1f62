import { CheckpointError } from '../../errors/index.ts'
import { callGlobal, isAllowed, storageReference } from './allowed-globals.ts'
import {
  GlobalName,
  PickleDict,
  type PickleValue,
  type StorageReference,
  TensorView,
} from './pickle-values.ts'

/**
 * A pickle read as data: Python's pickle machine (reference: CPython's pickletools.py) reduced to
 * what a state of tensors needs. There is no operation that calls anything but the entries of
 * `allowed-globals.ts`; an opcode or a name beyond that is an error.
 */

/**
 * The most values a pickle may make, and the most it may remember: far more than any model has (a tensor
 * takes some 25), far fewer than memory holds.
 */
const MOST_VALUES = 500_000

const MARK = Symbol('mark')
type StackItem = PickleValue | typeof MARK

export class Unpickler {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #source: string
  readonly #stack: StackItem[] = []
  readonly #memo = new Map<number, PickleValue>()
  readonly #storages: StorageReference[] = []
  #position: number
  /** Where the opcode at work stands. */
  #opcodePlace: number
  #made = 0

  /** @param source names the file in errors */
  constructor(bytes: Uint8Array, source: string, start = 0) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#source = source
    this.#position = start
    this.#opcodePlace = start
  }

  /** Where the next pickle begins, after `load`. */
  get position(): number {
    return this.#position
  }

  /** The storages the pickle named so far. */
  get storages(): readonly StorageReference[] {
    return this.#storages
  }

  /**
   * Reads one pickle.
   * @throws CheckpointError for an opcode or a name that is not allowed, or a malformed pickle.
   */
  load(): PickleValue {
    for (;;) {
      this.#opcodePlace = this.#position
      const opcode = this.#byte()
      if (opcode === STOP) return this.#pop()
      const operation = OPERATIONS[opcode]
      if (!operation) throw this.#forbidden(`opcode ${opcodeName(opcode)}`)
      operation(this)
    }
  }

  push(value: StackItem): void {
    this.#made += 1
    if (this.#made > MOST_VALUES) throw this.#malformed('it makes too many values')
    this.#stack.push(value)
  }

  pushMark(): void {
    this.push(MARK)
  }

  /** The values above the last mark, which goes with them. */
  popToMark(): PickleValue[] {
    const mark = this.#stack.lastIndexOf(MARK)
    if (mark === -1) throw this.#malformed('a mark is missing')
    return this.#stack.splice(mark).slice(1) as PickleValue[]
  }

  popTuple(length: number): void {
    const values = Array.from({ length }, () => this.#pop()).reverse()
    this.push(values)
  }

  discard(): void {
    this.#pop()
  }

  number(width: 1 | 2 | 4): number {
    const offset = this.#skip(width)
    if (width === 1) return this.#view.getUint8(offset)
    return width === 2 ? this.#view.getUint16(offset, true) : this.#view.getUint32(offset, true)
  }

  signed(): number {
    return this.#view.getInt32(this.#skip(4), true)
  }

  float(): number {
    return this.#view.getFloat64(this.#skip(8), false)
  }

  long(length: number): number | bigint {
    const offset = this.#skip(length)
    let value = 0n
    for (let i = length - 1; i >= 0; i -= 1) {
      value = (value << 8n) | BigInt(this.#bytes[offset + i] ?? 0)
    }
    const signed = BigInt.asIntN(length * 8, value)
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed
  }

  text(length: number): string {
    const offset = this.#skip(length)
    return new TextDecoder().decode(this.#bytes.subarray(offset, offset + length))
  }

  skip(length: number): void {
    this.#skip(length)
  }

  remember(key = this.#memo.size): void {
    const value = this.#stack.at(-1)
    if (value === undefined || value === MARK) throw this.#malformed('there is nothing to remember')
    this.#memo.set(key, value)
    if (this.#memo.size > MOST_VALUES) throw this.#malformed('it remembers too many values')
  }

  recall(key: number): void {
    const value = this.#memo.get(key)
    if (value === undefined) throw this.#malformed(`memo ${key} is empty`)
    this.push(value)
  }

  /** `module.name` on two lines (GLOBAL). */
  globalOfLines(): void {
    const module = this.#line()
    this.#global(`${module}.${this.#line()}`)
  }

  /** Module and name on the stack (STACK_GLOBAL). */
  globalOfStack(): void {
    const name = this.#pop()
    const module = this.#pop()
    if (typeof module !== 'string' || typeof name !== 'string') {
      throw this.#malformed('a name is no text')
    }
    this.#global(`${module}.${name}`)
  }

  /** Calls the function below its argument tuple, if it is on the list (REDUCE). */
  reduce(): void {
    const args = this.#pop()
    const called = this.#pop()
    const name = called instanceof GlobalName ? called.name : 'something that is no function'
    const result =
      called instanceof GlobalName && Array.isArray(args) ? callGlobal(called, args) : undefined
    if (result === undefined) throw this.#forbidden(`call of ${name}`)
    this.push(result)
  }

  /** Attributes of a dict or tensor carry nothing that is needed (BUILD). */
  build(): void {
    this.#pop()
    const target = this.#stack.at(-1)
    if (target instanceof PickleDict || target instanceof TensorView) return
    throw this.#forbidden('opcode BUILD on no dict and no tensor')
  }

  persistentId(): void {
    const reference = storageReference(this.#pop())
    if (!reference) throw this.#malformed('a persistent id names no storage')
    this.#storages.push(reference)
    this.push(reference)
  }

  setItems(items: readonly PickleValue[]): void {
    const target = this.#stack.at(-1)
    if (!(target instanceof PickleDict)) throw this.#malformed('items are set outside a dict')
    if (items.length % 2 !== 0) throw this.#malformed('a key has no value')
    for (let i = 0; i < items.length; i += 2) {
      target.entries.set(items[i] ?? null, items[i + 1] ?? null)
    }
  }

  popPair(): PickleValue[] {
    const value = this.#pop()
    return [this.#pop(), value]
  }

  append(items: readonly PickleValue[]): void {
    const target = this.#stack.at(-1)
    if (!Array.isArray(target)) throw this.#malformed('items are appended outside a list')
    // In place: the memo may hold the list, to be recalled with all its items.
    for (const item of items) (target as PickleValue[]).push(item)
  }

  popOne(): PickleValue[] {
    return [this.#pop()]
  }

  #global(name: string): void {
    if (!isAllowed(name)) throw this.#forbidden(`name ${name}`)
    this.push(new GlobalName(name))
  }

  #pop(): PickleValue {
    const value = this.#stack.pop()
    if (value === undefined || value === MARK) throw this.#malformed('its stack runs empty')
    return value
  }

  #byte(): number {
    return this.#view.getUint8(this.#skip(1))
  }

  /** Moves over `length` bytes; gives the offset of the first. */
  #skip(length: number): number {
    const offset = this.#position
    if (offset + length > this.#bytes.byteLength) throw this.#malformed('it ends too early')
    this.#position += length
    return offset
  }

  #line(): string {
    const end = this.#bytes.indexOf(0x0a, this.#position)
    if (end === -1) throw this.#malformed('a line does not end')
    const line = this.text(end - this.#position)
    this.#position = end + 1
    return line
  }

  #forbidden(what: string): CheckpointError {
    const position = this.#opcodePlace
    return new CheckpointError(
      'checkpoint-pickle-forbidden',
      `${this.#source} holds the ${what} at byte ${position}, which a file of weights does not ` +
        'need; it was not executed. Do not trust this file; prefer a safetensors file',
      { facts: { source: this.#source, what, position } },
    )
  }

  #malformed(what: string): CheckpointError {
    return new CheckpointError(
      'checkpoint-pickle-malformed',
      `${this.#source} is not a whole pickle: ${what} at byte ${this.#position}`,
      { facts: { source: this.#source, position: this.#position } },
    )
  }
}

const STOP = 0x2e

/** Opcodes that make objects or call functions, for the error that refuses them. */
const FORBIDDEN_NAMES: Readonly<Record<number, string>> = {
  80: 'PERSID',
  105: 'INST',
  111: 'OBJ',
  129: 'NEWOBJ',
  130: 'EXT1',
  131: 'EXT2',
  132: 'EXT4',
  146: 'NEWOBJ_EX',
}

function opcodeName(opcode: number): string {
  const hexadecimal = `0x${opcode.toString(16).padStart(2, '0')}`
  const name = FORBIDDEN_NAMES[opcode]
  return name === undefined ? hexadecimal : `${name} (${hexadecimal})`
}

/** What each allowed opcode does, by its byte. */
const OPERATIONS: Readonly<Record<number, (machine: Unpickler) => void>> = {
  128: (m) => m.skip(1), // PROTO
  149: (m) => m.skip(8), // FRAME
  40: (m) => m.pushMark(), // MARK
  48: (m) => m.discard(), // POP
  78: (m) => m.push(null), // NONE
  136: (m) => m.push(true), // NEWTRUE
  137: (m) => m.push(false), // NEWFALSE
  74: (m) => m.push(m.signed()), // BININT
  75: (m) => m.push(m.number(1)), // BININT1
  77: (m) => m.push(m.number(2)), // BININT2
  138: (m) => m.push(m.long(m.number(1))), // LONG1
  71: (m) => m.push(m.float()), // BINFLOAT
  88: (m) => m.push(m.text(m.number(4))), // BINUNICODE
  140: (m) => m.push(m.text(m.number(1))), // SHORT_BINUNICODE
  84: (m) => m.push(m.text(m.number(4))), // BINSTRING
  85: (m) => m.push(m.text(m.number(1))), // SHORT_BINSTRING
  41: (m) => m.push([]), // EMPTY_TUPLE
  93: (m) => m.push([]), // EMPTY_LIST
  125: (m) => m.push(new PickleDict()), // EMPTY_DICT
  116: (m) => m.push(m.popToMark()), // TUPLE
  108: (m) => m.push(m.popToMark()), // LIST
  133: (m) => m.popTuple(1), // TUPLE1
  134: (m) => m.popTuple(2), // TUPLE2
  135: (m) => m.popTuple(3), // TUPLE3
  97: (m) => m.append(m.popOne()), // APPEND
  101: (m) => m.append(m.popToMark()), // APPENDS
  115: (m) => m.setItems(m.popPair()), // SETITEM
  117: (m) => m.setItems(m.popToMark()), // SETITEMS
  113: (m) => m.remember(m.number(1)), // BINPUT
  114: (m) => m.remember(m.number(4)), // LONG_BINPUT
  148: (m) => m.remember(), // MEMOIZE
  104: (m) => m.recall(m.number(1)), // BINGET
  106: (m) => m.recall(m.number(4)), // LONG_BINGET
  99: (m) => m.globalOfLines(), // GLOBAL
  147: (m) => m.globalOfStack(), // STACK_GLOBAL
  82: (m) => m.reduce(), // REDUCE
  98: (m) => m.build(), // BUILD
  81: (m) => m.persistentId(), // BINPERSID
}
