import type { Checkpoint } from '../checkpoint/index.ts'
import { batchTensors, type PreparedText, prepareTexts } from '../encoder/index.ts'
import { InputError } from '../errors/index.ts'
import { excludesPrompt } from '../model/index.ts'
import type { Tensor } from '../runtime/index.ts'
import type { Tokenizer } from '../tokenizer/index.ts'
import type { Example } from './data/index.ts'
import type { BatchInputs, Inputs } from './engine/messages.ts'
import { TRAINING_NAMES } from './training-names.ts'
import type { TrainingSource } from './training-source.ts'

export interface BatchPreparerOptions {
  readonly tokenizer: Tokenizer
  readonly checkpoint: Checkpoint
  /** Put before every text. */
  readonly prompt: string
  /** The most pieces of a text. */
  readonly maxLength: number
}

export interface PreparedBatch {
  readonly inputs: BatchInputs
  /** Unique texts. */
  readonly texts: number
}

/** Turns examples into the inputs of a training graph. A text that occurs twice is encoded once. */
export class BatchPreparer {
  readonly #options: BatchPreparerOptions

  constructor(options: BatchPreparerOptions) {
    this.#options = options
  }

  /**
   * @param program number of the engine's program for this source
   * @throws InputError when the loss needs a label that the examples do not have
   */
  async prepare(
    source: TrainingSource,
    program: number,
    examples: readonly Example[],
  ): Promise<PreparedBatch> {
    const { texts, columns } = uniqueTexts(examples)
    const { tokenizer, checkpoint, prompt, maxLength } = this.#options
    const prepared = await prepareTexts(
      texts,
      { prompt, maxLength, truncate: 'silent', signal: undefined },
      { tokenizer, checkpoint, firstNumber: 0 },
    )
    const { order, parts } = partsByLength(prepared, source.cachedTexts)
    const layout = { padId: tokenizer.padId, poolingMask: excludesPrompt(checkpoint) }
    const place = new Map(order.map((text, position) => [text, position]))
    const placed = columns.map((numbers) => numbers.map((number) => place.get(number) ?? 0))
    const tensors = parts.map((part) => batchTensors(part, layout))
    const targets = await targetInputs(source, examples, tensors)
    const inputs = { program, texts: tensors, loss: { ...rowInputs(placed), ...targets } }
    return { inputs, texts: texts.length }
  }
}

interface UniqueTexts {
  readonly texts: readonly string[]
  /** For each text column, the number of the text of each example. */
  readonly columns: readonly (readonly number[])[]
}

function uniqueTexts(examples: readonly Example[]): UniqueTexts {
  const numbers = new Map<string, number>()
  const numberOf = (text: string) => {
    const number = numbers.get(text) ?? numbers.size
    numbers.set(text, number)
    return number
  }
  const width = examples[0]?.texts.length ?? 0
  const columns = Array.from({ length: width }, (_, column) =>
    examples.map(({ texts }) => numberOf(texts[column] ?? '')),
  )
  return { texts: [...numbers.keys()], columns }
}

/** All texts in one part in their order; or longest first, in parts of `size`. */
function partsByLength(prepared: readonly PreparedText[], size: number | undefined) {
  const order = [...prepared.keys()]
  if (size === undefined) return { order, parts: [prepared] }
  const lengthOf = (text: number) => prepared[text]?.ids.length ?? 0
  order.sort((a, b) => lengthOf(b) - lengthOf(a) || a - b)
  const parts: PreparedText[][] = []
  for (let start = 0; start < order.length; start += size) {
    parts.push(order.slice(start, start + size).flatMap((text) => prepared[text] ?? []))
  }
  return { order, parts }
}

/** Which of the texts stand in each text column. */
function rowInputs(columns: readonly (readonly number[])[]): Inputs {
  return Object.fromEntries(
    columns.map((numbers, column): [string, Tensor] => [
      TRAINING_NAMES.rows(column),
      { type: 'int64', dims: [numbers.length], data: BigInt64Array.from(numbers, BigInt) },
    ]),
  )
}

/** What the loss compares with: the label where it uses one, and what the source adds. */
async function targetInputs(
  { dataset, loss, targets }: TrainingSource,
  examples: readonly Example[],
  [texts = {}]: readonly Inputs[],
): Promise<Inputs> {
  const all = new Map<string, Tensor>(Object.entries((await targets?.(examples, texts)) ?? {}))
  if (loss.label !== 'none') all.set('label', labels(dataset.name, examples))
  return Object.fromEntries([...all].map(([name, tensor]) => [TRAINING_NAMES.target(name), tensor]))
}

function labels(name: string, examples: readonly Example[]): Tensor {
  const numbers = examples.map(({ label }) => {
    if (label !== undefined) return label
    throw new InputError(
      'train-label-missing',
      `the data set ${name} has no labels, which its loss needs; name their column or another loss`,
      { facts: { dataset: name } },
    )
  })
  return { type: 'float32', dims: [numbers.length], data: Float32Array.from(numbers) }
}
