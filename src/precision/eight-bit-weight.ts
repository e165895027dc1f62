import { toFloat32, type WeightType } from '../checkpoint/portable.ts'
import { Memory, PAGE_BYTES, type WasmMemory } from '../web-assembly/index.ts'
import { createEightBitKernels, type EightBitKernels } from './kernels.ts'

/** A weight [O,I] in 8 bits, turned round for the runtime's product: scale[o] · codes[i,o]. */
export interface EightBitWeight {
  /** [I,O] */
  readonly codes: Uint8Array<ArrayBuffer>
  /** [O] */
  readonly scale: Float32Array<ArrayBuffer>
}

/** One page less than WebAssembly's 4 GiB. */
const LARGEST_PAGES = 65_535
const ALIGNMENT = 16

/**
 * Memory in which weights are turned into 8 bits, one after the other: WebAssembly does that at full
 * speed from the first number on, and one block of memory is used for all.
 */
export class WeightMemory {
  readonly #memory: WasmMemory = new Memory({ initial: 1, maximum: LARGEST_PAGES })
  readonly #kernels: EightBitKernels = createEightBitKernels(this.#memory)
  #shape: readonly [outputs: number, inputs: number] = [0, 0]
  #places: Places = placesOf(this.#shape)

  /** Takes a weight [O,I], as it is stored, in place of the one before. */
  load(
    bytes: Uint8Array<ArrayBuffer>,
    type: WeightType,
    shape: readonly [outputs: number, inputs: number],
  ): void {
    this.#shape = shape
    this.#places = placesOf(shape)
    const { numbers, codes, end } = this.#places
    const pages = Math.ceil((end - this.#memory.buffer.byteLength) / PAGE_BYTES)
    if (pages > 0) this.#memory.grow(pages)
    const count = shape[0] * shape[1]
    if (type === 'float16') {
      // Halves are as long as codes and what those are turned round from, whose places are free.
      new Uint8Array(this.#memory.buffer, codes, bytes.length).set(bytes)
      this.#kernels.float16ToFloat32(codes, numbers, count)
    } else {
      new Float32Array(this.#memory.buffer, numbers, count).set(toFloat32(bytes, type))
    }
  }

  /** The largest size in each column [I]: max_o |W[o,i]|. */
  columnAbsmax(): Float32Array<ArrayBuffer> {
    const [outputs, inputs] = this.#shape
    const { numbers, factors } = this.#places
    this.#kernels.columnAbsmax(numbers, outputs, inputs, factors)
    return new Float32Array(this.#memory.buffer, factors, inputs).slice()
  }

  /**
   * The weight in 8 bits, each row by its own scale, so that its largest code is ±127.
   * @param factors [I]: what the columns are multiplied by before. Default: nothing.
   */
  quantize(factors?: Float32Array): EightBitWeight {
    const [outputs, inputs] = this.#shape
    const places = this.#places
    const { buffer } = this.#memory
    const given = new Float32Array(buffer, places.factors, inputs)
    if (factors) given.set(factors)
    else given.fill(1)
    const { numbers, scales, codes, turned } = places
    this.#kernels.quantizeRows(numbers, places.factors, outputs, inputs, scales, codes)
    this.#kernels.transpose(codes, outputs, inputs, turned)
    return {
      codes: new Uint8Array(buffer, turned, outputs * inputs).slice(),
      scale: new Float32Array(buffer, scales, outputs).slice(),
    }
  }
}

/** Byte offsets. */
interface Places {
  readonly factors: number
  readonly scales: number
  readonly numbers: number
  readonly codes: number
  readonly turned: number
  readonly end: number
}

function placesOf([outputs, inputs]: readonly [number, number]): Places {
  const count = outputs * inputs
  const factors = 0
  const scales = aligned(factors + 4 * inputs)
  const numbers = aligned(scales + 4 * outputs)
  const codes = aligned(numbers + 4 * count)
  const turned = codes + count
  return { factors, scales, numbers, codes, turned, end: turned + count }
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT
}
