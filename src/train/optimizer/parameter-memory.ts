import { InputError, RuntimeError } from '../../errors/index.ts'
import { Memory, PAGE_BYTES, type WasmMemory } from '../../web-assembly/index.ts'

/** What is held for each trained parameter, each part as large as the parameter itself. */
export type ParameterPart =
  /** The numbers being trained. */
  | 'parameter'
  /** Where the runtime writes the gradient of one batch; of a sparse parameter, rows of it. */
  | 'gradient'
  /** The sum of the gradients since the last step. */
  | 'total'
  /** Exponential moving averages of the gradient and of its square. */
  | 'firstMoment'
  | 'secondMoment'
  /** The exponential moving average of the parameter. */
  | 'average'

export interface ParameterSpec {
  readonly name: string
  readonly shape: readonly number[]
  /** Never changes: only its numbers are held. Default: false. */
  readonly frozen?: boolean
  /**
   * Its gradient comes as rows, which AdamW.addRows sums up in `total`. For tables [V,H] of which
   * a batch uses few rows. Default: false.
   */
  readonly sparse?: boolean
}

export interface ParameterMemoryOptions {
  /** Hold `total`, for steps over several batches. Default: false. */
  readonly accumulation?: boolean
  /** Hold `average`. Default: false. */
  readonly average?: boolean
}

/** One parameter, how many numbers it has, and the byte offsets of its parts. */
export interface ParameterSlot extends Required<ParameterSpec> {
  readonly count: number
  readonly offsets: ReadonlyMap<ParameterPart, number>
}

/** A cache line, and the widest vector registers. */
const ALIGNMENT = 64

/** One page less than WebAssembly's 4 GiB, so that the end of a range is never offset 0. */
const LARGEST_BYTES = 65535 * PAGE_BYTES

/**
 * Named float32 tensors in one WebAssembly memory, where the runtime and the optimizer's kernels
 * both work on them in place. It never grows, so views stay valid.
 */
export class ParameterMemory {
  readonly wasm: WasmMemory
  /** Bytes in all; those never written to cost no physical memory. */
  readonly bytes: number
  readonly accumulation: boolean
  readonly average: boolean
  readonly #slots = new Map<string, ParameterSlot>()

  /**
   * @throws InputError for a repeated name, or when everything together passes 4 GiB.
   * @throws RuntimeError when the machine has not that much memory to give.
   */
  constructor(specs: readonly ParameterSpec[], options: ParameterMemoryOptions = {}) {
    this.accumulation = options.accumulation ?? false
    this.average = options.average ?? false
    let end = ALIGNMENT
    for (const spec of specs) {
      if (this.#slots.has(spec.name)) throw repeated(spec.name)
      const count = spec.shape.reduce((product, size) => product * size, 1)
      const offsets = new Map<ParameterPart, number>()
      for (const part of partsOf(spec, options)) {
        offsets.set(part, end)
        end += Math.ceil((count * 4) / ALIGNMENT) * ALIGNMENT
      }
      const { frozen = false, sparse = false } = spec
      this.#slots.set(spec.name, { ...spec, frozen, sparse, count, offsets })
    }
    this.bytes = end
    this.wasm = allocate(end)
  }

  get slots(): readonly ParameterSlot[] {
    return [...this.#slots.values()]
  }

  /** @throws InputError when there is no parameter of that name. */
  slot(name: string): ParameterSlot {
    const slot = this.#slots.get(name)
    if (slot !== undefined) return slot
    throw new InputError('parameter-unknown', `there is no parameter named ${name}`, {
      facts: { name },
    })
  }

  /**
   * A view, not a copy, of one part of a parameter, row-major.
   * @throws InputError when that part is not held: the parameter is frozen, or the memory was made
   * without `accumulation` or `average`.
   */
  view(name: string, part: ParameterPart): Float32Array<ArrayBuffer> {
    const { count } = this.slot(name)
    return new Float32Array(this.wasm.buffer, this.offset(name, part), count)
  }

  /** The byte offset of one part. @throws InputError as `view` does. */
  offset(name: string, part: ParameterPart): number {
    const offset = this.slot(name).offsets.get(part)
    if (offset !== undefined) return offset
    const held = [...this.slot(name).offsets.keys()]
    throw new InputError(
      'parameter-part-missing',
      `no ${part} is held for parameter ${name}, only: ${held.join(', ')}; ` +
        'see the options of ParameterMemory and whether the parameter is frozen or sparse',
      { facts: { name, part, held } },
    )
  }
}

function partsOf(spec: ParameterSpec, options: ParameterMemoryOptions): readonly ParameterPart[] {
  if (spec.frozen) return ['parameter']
  const parts: ParameterPart[] = ['parameter', 'gradient']
  if (spec.sparse || options.accumulation) parts.push('total')
  parts.push('firstMoment', 'secondMoment')
  if (options.average) parts.push('average')
  return parts
}

function repeated(name: string): InputError {
  return new InputError('parameter-repeated', `two parameters are named ${name}; rename one`, {
    facts: { name },
  })
}

function allocate(bytes: number): WasmMemory {
  const facts = { bytes, largest: LARGEST_BYTES }
  if (bytes > LARGEST_BYTES) {
    throw new InputError(
      'parameter-memory-too-large',
      `the parameters and what training holds for them take ${bytes} bytes, and ${LARGEST_BYTES} ` +
        'is the most; freeze parts of the model, or do without the moving average',
      { facts },
    )
  }
  const pages = Math.ceil(bytes / PAGE_BYTES)
  try {
    return new Memory({ initial: pages, maximum: pages })
  } catch (cause) {
    throw new RuntimeError(
      'parameter-memory-unavailable',
      `${bytes} bytes for parameters, gradients and moments could not be had; free some memory`,
      { facts, cause },
    )
  }
}
