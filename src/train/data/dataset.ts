import { InputError } from '../../errors/index.ts'

/**
 * What an example consists of: a sentence; two texts that belong together; two texts and a number
 * that says how close they are, or 1 or 0 for whether they belong together; an anchor, a text that
 * belongs to it, and one or more that do not; a query, two documents, and how much better the first one
 * answers it.
 */
export const DATASET_KINDS = [
  'sentences',
  'pairs',
  'scored-pairs',
  'labelled-pairs',
  'triplets',
  'scored-triplets',
] as const
/** What a data set's rows are: texts alone, or pairs or triplets, with or without a label. */
export type DatasetKind = (typeof DATASET_KINDS)[number]

/** One row of a data set. */
export interface Example {
  /** As many as the data set has columns: of triplets the anchor, the positive, the negatives. */
  readonly texts: readonly string[]
  /** Of scored and labelled pairs and scored triplets only. */
  readonly label: number | undefined
}

/**
 * Examples by index. Any object of this shape can be trained with; `example` is called often, in
 * any order, and must give the same example for the same index.
 */
export interface Dataset {
  readonly name: string
  readonly kind: DatasetKind
  /** How many examples there are; at least one. */
  readonly length: number
  /** How many texts each example has. */
  readonly columns: number
  /** SHA-256 of what it was read from, to tell whether a repeated run has the same data. */
  readonly hash?: string | undefined
  /** @param index from 0 */
  example(index: number): Example
}

/** Whether examples of this kind have a label. */
export function hasLabel(kind: DatasetKind): boolean {
  return kind.startsWith('scored-') || kind === 'labelled-pairs'
}

/** The fewest and the most texts an example of this kind may have. */
export function columnRange(kind: DatasetKind): readonly [fewest: number, most: number] {
  if (kind === 'sentences') return [1, 1]
  if (kind === 'scored-triplets') return [3, 3]
  return kind === 'triplets' ? [3, Number.POSITIVE_INFINITY] : [2, 2]
}

/** @throws InputError when a data set contradicts itself, as one made by hand may. */
export function requireDataset({ name, kind, length, columns }: Dataset): void {
  if (!Number.isInteger(length) || length < 1) {
    throw datasetError('data-empty', name, `expected at least one example, but it has ${length}`)
  }
  requireColumns(name, kind, columns)
}

/** @throws InputError when `kind` does not have that many texts. */
export function requireColumns(name: string, kind: DatasetKind, columns: number): void {
  const [fewest, most] = columnRange(kind)
  if (Number.isInteger(columns) && columns >= fewest && columns <= most) return
  const expected = fewest === most ? String(fewest) : `at least ${fewest}`
  const message = `${kind} have ${expected} texts an example, but it has ${columns}`
  throw datasetError('data-columns', name, message)
}

/**
 * The example, checked as far as a batch relies on it.
 * @throws InputError when it has not the texts or the label the data set promises.
 */
export function checkedExample(dataset: Dataset, index: number): Example {
  const { name, kind, columns } = dataset
  const example = dataset.example(index)
  if (example.texts.length !== columns) {
    const message = `example ${index} has ${example.texts.length} texts; expected ${columns}`
    throw datasetError('data-columns', name, message)
  }
  if (hasLabel(kind) && !Number.isFinite(example.label)) {
    const message = `example ${index} has the label ${example.label}; expected a number`
    throw datasetError('data-label', name, message)
  }
  return example
}

export function datasetError(code: string, name: string, message: string): InputError {
  return new InputError(code, `data set ${name}: ${message}`, { facts: { dataset: name } })
}
