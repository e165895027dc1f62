import { toFloat32, type WeightType } from '../checkpoint/portable.ts'
import { kernelsOf, Memory, PAGE_BYTES, type WasmMemory } from '../web-assembly/index.ts'
import { kernelBytes } from './generated/kernels.ts'

/** A weight [O,I] in 8 bits, transposed for the runtime's product: scale[o] · values[i,o]. */
export interface EightBitWeight {
  /** The quantized values [I,O], int8. */
  readonly values: Uint8Array<ArrayBuffer>
  /** [O] */
  readonly scale: Float32Array<ArrayBuffer>
}

/**
 * The numeric loops that quantize a weight, in WebAssembly (assembly/eight-bit.ts has each
 * formula). Pointers are byte offsets into the memory they were created over.
 */
interface EightBitKernels {
  float16ToFloat32(halves: number, floats: number, count: number): void
  columnAbsmax(floats: number, rows: number, columns: number, absmax: number): void
  quantizeRows(
    floats: number,
    factors: number,
    rows: number,
    columns: number,
    scales: number,
    quantized: number,
  ): void
  transpose(bytes: number, rows: number, columns: number, transposed: number): void
}

const createEightBitKernels = kernelsOf<EightBitKernels>(kernelBytes)

/** One page less than WebAssembly's 4 GiB. */
const LARGEST_PAGES = 65_535
const ALIGNMENT = 16

/**
 * Memory in which weights are quantized, one after the other: WebAssembly does that at full
 * speed from the first value on, and one block of memory is used for all.
 */
export class WeightMemory {
  readonly #memory: WasmMemory = new Memory({ initial: 1, maximum: LARGEST_PAGES })
  readonly #kernels: EightBitKernels = createEightBitKernels(this.#memory)
  #shape: readonly [outputs: number, inputs: number] = [0, 0]
  #offsets: Offsets = offsetsOf(this.#shape)

  /** Takes a weight [O,I], as it is stored, in place of the one before. */
  load(
    bytes: Uint8Array<ArrayBuffer>,
    type: WeightType,
    shape: readonly [outputs: number, inputs: number],
  ): void {
    this.#shape = shape
    this.#offsets = offsetsOf(shape)
    const { floats, quantized, end } = this.#offsets
    const pages = Math.ceil((end - this.#memory.buffer.byteLength) / PAGE_BYTES)
    if (pages > 0) this.#memory.grow(pages)
    const count = shape[0] * shape[1]
    if (type === 'float16') {
      // A float16 is as long as a quantized value and a transposed one, whose memory is still free.
      new Uint8Array(this.#memory.buffer, quantized, bytes.length).set(bytes)
      this.#kernels.float16ToFloat32(quantized, floats, count)
    } else {
      new Float32Array(this.#memory.buffer, floats, count).set(toFloat32(bytes, type))
    }
  }

  /** The largest size in each column [I]: max_o |W[o,i]|. */
  columnAbsmax(): Float32Array<ArrayBuffer> {
    const [outputs, inputs] = this.#shape
    const { floats, factors } = this.#offsets
    this.#kernels.columnAbsmax(floats, outputs, inputs, factors)
    return new Float32Array(this.#memory.buffer, factors, inputs).slice()
  }

  /**
   * The weight in 8 bits, each row by its own scale, so that its largest value becomes ±127.
   * @param factors [I]: what the columns are multiplied by before. Default: nothing.
   */
  quantize(factors?: Float32Array): EightBitWeight {
    const [outputs, inputs] = this.#shape
    const offsets = this.#offsets
    const { buffer } = this.#memory
    const given = new Float32Array(buffer, offsets.factors, inputs)
    if (factors) given.set(factors)
    else given.fill(1)
    const { floats, scales, quantized, transposed } = offsets
    this.#kernels.quantizeRows(floats, offsets.factors, outputs, inputs, scales, quantized)
    this.#kernels.transpose(quantized, outputs, inputs, transposed)
    return {
      values: new Uint8Array(buffer, transposed, outputs * inputs).slice(),
      scale: new Float32Array(buffer, scales, outputs).slice(),
    }
  }
}

/** Where things lie in the memory, in bytes. */
interface Offsets {
  readonly factors: number
  readonly scales: number
  readonly floats: number
  readonly quantized: number
  readonly transposed: number
  readonly end: number
}

function offsetsOf([outputs, inputs]: readonly [number, number]): Offsets {
  const count = outputs * inputs
  const factors = 0
  const scales = aligned(factors + 4 * inputs)
  const floats = aligned(scales + 4 * outputs)
  const quantized = aligned(floats + 4 * count)
  const transposed = quantized + count
  return { factors, scales, floats, quantized, transposed, end: transposed + count }
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT
}
