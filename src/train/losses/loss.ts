import { GraphError } from '../../errors/index.ts'
import type { Graph, Value } from '../../graph/index.ts'
import { reshape } from '../../graph/operations.ts'
import type { Example } from '../data/index.ts'

/**
 * What a loss is computed from. Shapes: P examples in a batch, D embedding; R unique texts, T
 * tokens, H hidden. Asking twice under one name gives the same value.
 */
export interface LossContext {
  readonly graph: Graph
  /** Embeddings [P,D] of each text column of the data set, in its order. */
  readonly columns: readonly Value[]
  /**
   * A tensor given with every batch, float32 [P, ...shape]: `target('label', [])` is the data set's
   * label, `target('teacher', [384])` vectors of a wider or narrower teacher.
   */
  target(name: string, shape: readonly number[]): Value
  /**
   * The same for vectors that the embeddings are to become, float32 [P,D]: as wide as the
   * embeddings, and shortened with them where `matryoshka` shortens those.
   */
  vectorTarget(name: string): Value
  /**
   * A trained weight of the loss itself, which starts seeded, normal with deviation 1/√(fan in).
   */
  parameter(name: string, shape: readonly number[]): Value
  /** Only touched by losses that look inside the encoder, which cannot be cached in parts. */
  readonly tokens: TokenContext
}

/** What the encoder computed on the way, for every unique text of the batch. */
export interface TokenContext {
  /** [R,T] int64: 1 for tokens, 0 for padding. */
  readonly mask: Value
  /** `[R,T,H]`: the embeddings, then what each layer gives. */
  readonly hiddenStates: readonly Value[]
  /** Rows [R*T,H] of each layer's attention. */
  readonly queries: readonly Value[]
  readonly keys: readonly Value[]
  readonly values: readonly Value[]
  /** A teacher's tensor over the same texts and tokens: float32 [R,T,size]. */
  target(name: string, size: number): Value
}

/** What the label of an example must be: nothing, any number, or 0 and 1. */
export type LabelKind = 'none' | 'score' | 'binary'

/** How long the vectors of a student and its teacher are. */
export interface Widths {
  readonly student: number
  readonly teacher: number
  /** Of the teacher's hidden states, where it is one model that runs here. */
  readonly teacherHidden?: number
  /** Tells the source's teachers from those of other sources. */
  readonly teacherName: string
}

/** A function of embeddings that training makes smaller, as part of a graph. */
export interface Loss {
  /** As recipes and logs call it. */
  readonly name: string
  /** How many text columns it takes. */
  readonly columns: { readonly min: number; readonly max: number }
  readonly label: LabelKind
  /**
   * Whether it is one of a cross-encoder: its columns are then the logits [P,1] of the first text with each of
   * the others. Default false.
   */
  readonly scoresPairs?: boolean
  /** Whether it compares the labels of a batch, which training then mixes. Default false. */
  readonly comparesLabels?: boolean
  /**
   * Whether other examples of the batch are an example's negatives: training then lets no batch hold
   * a text twice. Default false.
   */
  readonly inBatchNegatives?: boolean
  /**
   * Of a loss that compares with a teacher's vectors: the same for vectors of these widths and a data
   * set of so many text columns. `distil` asks for it, and gives it the teacher's vectors as targets.
   * Default: none, it is a loss on labels.
   * @throws InputError for widths it cannot compare.
   */
  readonly forTeacher?: (widths: Widths, columns: number) => Loss
  /**
   * What a loss with `forTeacher` compares with: `vectors` of a teacher, or the `scores` that a cross-encoder gives
   * the first text with each of the others, as the target `scores` [P,N]. Default `vectors`.
   */
  readonly comparesWith?: 'vectors' | 'scores'
  /** What it compares with inside a teacher: the names of its token targets. Default: nothing. */
  readonly states?: readonly string[]
  /**
   * Why a batch would teach nothing, as the end of a sentence, or undefined where it does; training
   * warns of those that would not. Default: all batches do.
   */
  readonly lack?: (examples: readonly Example[]) => string | undefined
  /** Adds it to the graph; gives the scalar. */
  build(context: LossContext): Value
}

/** The column at `index`. @throws GraphError when the data set has fewer. */
export function columnAt({ columns }: LossContext, index: number): Value {
  const column = columns[index]
  if (column) return column
  throw new GraphError(
    'loss-columns',
    `the loss needs at least ${index + 1} text columns, but the data set has ${columns.length}`,
    { facts: { needed: index + 1, columns: columns.length } },
  )
}

/** The size of the last axis, where it is known before the graph runs. */
export function widthOf(x: Value): number {
  const width = x.shape.at(-1)
  if (typeof width === 'number') return width
  throw new GraphError('loss-width', `${x.name} must have a known width, but has ${width}`)
}

/** The logits [P] of a column [P,1] of a cross-encoder. */
export const logitsOf = (column: Value) => reshape(column, ['P'])

/** The label of every example, [P]. */
export const labels = (context: LossContext) => context.target('label', [])

type Lack = NonNullable<Loss['lack']>

/** For losses that compare examples with a higher label to examples with a lower one. */
export const differentLabels: Lack = (examples) => {
  const labels = new Set(examples.map(({ label }) => label))
  return labels.size > 1 ? undefined : `all its labels are ${[...labels][0]}`
}

/** For losses that compare examples with each other, or texts with each other in data of one column. */
export function severalExamples(least: number): Lack {
  return ({ length }) => (length >= least ? undefined : `it has fewer than ${least} examples`)
}

/** For losses that look for an anchor's second text among all texts but anchors. */
export const severalCandidates: Lack = (examples) => {
  const candidates = examples.length * ((examples[0]?.texts.length ?? 0) - 1)
  return candidates > 1 ? undefined : 'it has no other text to tell the positive from'
}

/** Of several losses on one batch: only where all lack something. */
export function lackOfAll(losses: readonly Loss[]): Lack {
  return (examples) => {
    const lacks = losses.map(({ lack }) => lack?.(examples))
    return lacks.includes(undefined) ? undefined : lacks.join(', and ')
  }
}
