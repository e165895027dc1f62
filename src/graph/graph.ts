import { GraphError } from '../errors/index.ts'
import { type Dim, formatShape, multiplyDims, type Shape } from './dim.ts'
import { int64Bytes } from './literal.ts'
import type { Attributes } from './operator.ts'
import { type OperatorName, operatorNamed } from './operators/index.ts'
import type { DataType, TensorType, Value } from './value.ts'

/** One application of an operator. */
export interface Node {
  readonly operator: OperatorName
  /** `undefined` stands for an optional input that is left out. */
  readonly inputs: readonly (Value | undefined)[]
  readonly outputs: readonly Value[]
  readonly attributes: Attributes
}

/** The bytes of an initializer: in memory, or a range of a file that only the runtime reads. */
export type InitializerData =
  | { readonly bytes: Uint8Array }
  | { readonly file: string; readonly offset: number; readonly byteLength: number }

/** A tensor that is part of the graph: a weight or a constant. */
export interface Initializer {
  readonly value: Value
  readonly data: InitializerData
}

const ELEMENT_BYTES: Readonly<Record<DataType, number>> = {
  float64: 8,
  int64: 8,
  float32: 4,
  int32: 4,
  float16: 2,
  bfloat16: 2,
  int16: 2,
  int8: 1,
  uint8: 1,
  bool: 1,
}

/**
 * A computation, written down: inputs, initializers, nodes in the order they can run, outputs.
 * Shapes and types are inferred as nodes are added, so a mistake is an error at the line that makes it.
 */
export class Graph {
  readonly #inputs: Value[] = []
  readonly #initializers: Initializer[] = []
  readonly #nodes: Node[] = []
  readonly #outputs = new Map<string, Value>()
  readonly #names = new Set<string>()
  readonly #copies = new Map<string, number>()
  readonly #dimensions = new Map<Dim, Value>()

  get inputs(): readonly Value[] {
    return this.#inputs
  }
  get initializers(): readonly Initializer[] {
    return this.#initializers
  }
  get nodes(): readonly Node[] {
    return this.#nodes
  }
  get outputs(): ReadonlyMap<string, Value> {
    return this.#outputs
  }

  /** A tensor given at every run. */
  input(name: string, type: DataType, shape: Shape): Value {
    const value = this.#value(name, { type, shape })
    this.#inputs.push(value)
    return value
  }

  /**
   * A tensor stored with the graph, row-major and little-endian.
   * @throws GraphError when the bytes are not as many as type and shape say.
   */
  initializer(name: string, type: TensorType, data: InitializerData): Value {
    const bytes = 'bytes' in data ? data.bytes.byteLength : data.byteLength
    const expected = Number(multiplyDims(type.shape)) * ELEMENT_BYTES[type.type]
    if (bytes !== expected) {
      throw new GraphError(
        'graph-initializer-size',
        `${name} ${type.type}${formatShape(type.shape)} needs ${expected} bytes, not ${bytes}`,
        { facts: { name, expected, bytes } },
      )
    }
    const value = this.#value(this.#freeName(name), type)
    this.#initializers.push({ value, data })
    return value
  }

  /** Adds a node; gives its outputs. An attribute that is `undefined` keeps the operator's default. */
  apply(
    name: OperatorName,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
  ): readonly Value[] {
    const operator = operatorNamed(name)
    for (const attribute of Object.keys(attributes)) {
      if (attribute in operator.attributes) continue
      throw new GraphError('graph-attribute', `${name} has no attribute ${attribute}`)
    }
    this.#requireOwn(name, inputs)
    const outputs = operator
      .infer(inputs, attributes)
      .map((type) => this.#value(this.#freeName(name), type))
    this.#nodes.push({ operator: name, inputs, outputs, attributes })
    return outputs
  }

  /** Gives `value` to whoever runs the graph, under `name`. */
  output(name: string, value: Value): void {
    this.#requireOwn(name, [value])
    if (this.#outputs.has(name) || [...this.#outputs.values()].includes(value)) {
      throw new GraphError('graph-name', `output ${name} is there already, or its value is`)
    }
    this.#outputs.set(name, value)
  }

  /**
   * A size as an int64 vector [1]: a number as it is, a name read from an input that has it, sums
   * and products of names computed.
   */
  dimension(dim: Dim): Value {
    const known = this.#dimensions.get(dim)
    if (known) return known
    const size = this.#read(dim) ?? this.#compute(dim)
    this.#dimensions.set(dim, size)
    return size
  }

  #read(dim: Dim): Value | undefined {
    const source = this.#inputs.find((input) => input.shape.includes(dim))
    if (!source || typeof dim === 'number') return undefined
    const axis = source.shape.indexOf(dim)
    return this.#only('Shape', [source], { start: axis, end: axis + 1 })
  }

  #compute(dim: Dim): Value {
    if (!Number.isNaN(Number(dim))) {
      const type = { type: 'int64', shape: [1], content: [Number(dim)] } as const
      return this.initializer('size', type, { bytes: int64Bytes([Number(dim)]) })
    }
    const sum = String(dim).includes('+')
    const parts = String(dim).split(sum ? '+' : '*')
    if (parts.length === 1) {
      throw new GraphError('graph-shape', `no input has a dimension called ${dim}`)
    }
    return parts
      .map((part) => this.dimension(part))
      .reduce((a, b) => this.#only(sum ? 'Add' : 'Mul', [a, b]))
  }

  #only(name: OperatorName, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const [output] = this.apply(name, inputs, attributes)
    if (output) return output
    throw new GraphError('graph-output-missing', `${name} gives nothing`)
  }

  #requireOwn(user: string, values: readonly (Value | undefined)[]): void {
    const stranger = values.find((value) => value && value.graph !== this)
    if (stranger)
      throw new GraphError('graph-foreign', `${user} uses ${stranger.name} of another graph`)
  }

  /** `name`, or `name.1`, `name.2` … where it is taken. */
  #freeName(name: string): string {
    if (!this.#names.has(name)) return name
    const number = (this.#copies.get(name) ?? 0) + 1
    this.#copies.set(name, number)
    return `${name}.${number}`
  }

  #value(name: string, type: TensorType): Value {
    if (this.#names.has(name)) throw new GraphError('graph-name', `${name} is there already`)
    this.#names.add(name)
    return { graph: this, name, ...type }
  }
}
