import type { Checkpoint } from '../checkpoint/index.ts'
import {
  batchLayout,
  batchTensors,
  choosePrompt,
  type PreparedText,
  preparePairs,
  prepareTexts,
  roleOptions,
} from '../encoder/index.ts'
import { InputError } from '../errors/index.ts'
import type { Tensor } from '../runtime/index.ts'
import type { Tokenizer } from '../tokenizer/index.ts'
import type { Example } from './data/index.ts'
import { type BatchInputs, type NamedTensors, TRAINING_NAMES } from './engine/messages.ts'
import type { TrainingSource } from './train-options.ts'

export interface BatchPreparerOptions {
  readonly tokenizer: Tokenizer
  readonly checkpoint: Checkpoint
  /** Put before every text that has no role in a search. */
  readonly prompt: string
  /** The most tokens of a text. */
  readonly maxLength: number
}

export interface PreparedBatch {
  readonly inputs: BatchInputs
  /** Unique texts. */
  readonly texts: number
}

/**
 * Turns examples into the inputs of a training graph. A text that occurs twice is encoded once. A
 * cross-encoder reads the first text of an example with each of the others.
 */
export class BatchPreparer {
  readonly #options: BatchPreparerOptions

  constructor(options: BatchPreparerOptions) {
    this.#options = options
  }

  /**
   * @param program index of the engine's program for this source
   * @throws InputError when the loss needs a label that the examples do not have
   */
  async prepare(
    source: TrainingSource,
    program: number,
    examples: readonly Example[],
  ): Promise<PreparedBatch> {
    const { tokenizer, checkpoint } = this.#options
    const { texts, columns } = checkpoint.crossEncoder
      ? uniquePairs(examples, this.#prompts(source))
      : uniqueTexts(examples, this.#prompts(source))
    const prepared = await this.#tokenize(texts)
    const { order, parts } = partsByLength(prepared, source.cachedTexts)
    const layout = batchLayout(checkpoint, tokenizer)
    const positions = new Map(order.map((text, position) => [text, position]))
    const rows = columns.map((indices) => indices.map((index) => positions.get(index) ?? 0))
    const tensors = parts.map((part) => batchTensors(part, layout))
    const targets = await targetInputs(source, examples, tensors)
    const inputs = { program, texts: tensors, loss: { ...rowInputs(rows), ...targets } }
    return { inputs, texts: texts.length }
  }

  /** What is put before the texts of each column. */
  #prompts({ dataset, roles = [] }: TrainingSource): readonly string[] {
    const { checkpoint, prompt } = this.#options
    return Array.from({ length: dataset.columns }, (_, column) => {
      const role = roles[column]
      return role ? choosePrompt(roleOptions(role, {}, checkpoint.prompts), checkpoint) : prompt
    })
  }

  /** The tokens of each text, in their order. */
  async #tokenize(texts: readonly PromptedText[]): Promise<PreparedText[]> {
    const { tokenizer, checkpoint, maxLength } = this.#options
    const prepared = new Array<PreparedText>(texts.length)
    for (const prompt of new Set(texts.map((text) => text.prompt))) {
      const indices = [...texts.keys()].filter((index) => texts[index]?.prompt === prompt)
      const settings = { prompt, maxLength, truncate: 'silent', signal: undefined } as const
      const tools = { tokenizer, checkpoint, firstIndex: 0 }
      const prompted = indices.flatMap((index) => texts[index] ?? [])
      const some = checkpoint.crossEncoder
        ? await preparePairs(prompted.map(pairOf), settings, tools)
        : await prepareTexts(
            prompted.map(({ text }) => text),
            settings,
            tools,
          )
      for (const [row, index] of indices.entries()) {
        const text = some[row]
        if (text) prepared[index] = text
      }
    }
    return prepared
  }
}

interface PromptedText {
  readonly text: string
  readonly prompt: string
  /** What a cross-encoder reads with it. */
  readonly document?: string
}

const pairOf = ({ text, document = '' }: PromptedText) => [text, document] as const

interface UniqueTexts {
  readonly texts: readonly PromptedText[]
  /** For each text column, the index of the text of each example. */
  readonly columns: readonly (readonly number[])[]
}

/** @param prompts of each text column */
function uniqueTexts(examples: readonly Example[], prompts: readonly string[]): UniqueTexts {
  return uniqueOf(prompts, (prompt, column) =>
    examples.map(({ texts }) => ({ text: texts[column] ?? '', prompt })),
  )
}

/** The first text of each example with each of the others. @param prompts as of `uniqueTexts` */
function uniquePairs(examples: readonly Example[], prompts: readonly string[]): UniqueTexts {
  const [prompt = '', ...others] = prompts
  return uniqueOf(others, (_, column) =>
    examples.map(({ texts: [text = '', ...documents] }) => ({
      text,
      prompt,
      document: documents[column] ?? '',
    })),
  )
}

function uniqueOf(
  prompts: readonly string[],
  textsOf: (prompt: string, column: number) => readonly PromptedText[],
): UniqueTexts {
  const texts: PromptedText[] = []
  const known = new Map<string, number>()
  const indexOf = (text: PromptedText) => {
    const key = JSON.stringify([text.prompt, text.text, text.document])
    const index = known.get(key) ?? texts.length
    known.set(key, index)
    if (index === texts.length) texts.push(text)
    return index
  }
  const columns = prompts.map((prompt, column) => textsOf(prompt, column).map(indexOf))
  return { texts, columns }
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
function rowInputs(columns: readonly (readonly number[])[]): NamedTensors {
  return Object.fromEntries(
    columns.map((indices, column): [string, Tensor] => [
      TRAINING_NAMES.rows(column),
      { type: 'int64', dims: [indices.length], data: BigInt64Array.from(indices, BigInt) },
    ]),
  )
}

/** What the loss compares with: the label where it uses one, and what the source adds. */
async function targetInputs(
  { dataset, loss, targets }: TrainingSource,
  examples: readonly Example[],
  [texts = {}]: readonly NamedTensors[],
): Promise<NamedTensors> {
  const all = new Map<string, Tensor>(Object.entries((await targets?.(examples, texts)) ?? {}))
  if (loss.label !== 'none') all.set('label', labels(dataset.name, examples))
  return Object.fromEntries([...all].map(([name, tensor]) => [TRAINING_NAMES.target(name), tensor]))
}

function labels(name: string, examples: readonly Example[]): Tensor {
  const values = examples.map(({ label }) => {
    if (label !== undefined) return label
    throw new InputError(
      'train-label-missing',
      `the data set ${name} has no labels, which its loss needs; name their column or another loss`,
      { facts: { dataset: name } },
    )
  })
  return { type: 'float32', dims: [values.length], data: Float32Array.from(values) }
}
