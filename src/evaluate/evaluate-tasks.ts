import { SIMILARITY_NAMES, type SimilarityName } from '../checkpoint/index.ts'
import { InputError } from '../errors/index.ts'
import {
  auc,
  type BootstrapOptions,
  pearson,
  spearman,
  spearmanInterval,
} from '../metrics/index.ts'
import { type Matrix, rowOf, similarityOf } from '../similarity/index.ts'
import type { Task } from './task.ts'

/** Turns texts into vectors, a row each, in order: e.g. `(texts) => encoder.encode(texts)`. */
export type Encode = (texts: readonly string[]) => Promise<Matrix>

/** How well a model's similarities agree with the gold values of one task. */
export interface TaskResult {
  readonly task: string
  readonly split: string
  readonly pairs: number
  readonly sha256: string
  /** 100 x Spearman's correlation, by each similarity; `undefined` where the scores are constant. */
  readonly spearman: Readonly<Record<SimilarityName, number | undefined>>
  /** The similarity with the highest of them; what follows is by this one. */
  readonly best: SimilarityName | undefined
  /** 100 x Spearman's correlation: the task's score. */
  readonly score: number | undefined
  /** 95 % bootstrap interval of the score. */
  readonly interval: readonly [low: number, high: number] | undefined
  /** 100 x Pearson's correlation. */
  readonly pearson: number | undefined
  /** 100 x area under the ROC curve; `undefined` where labels have degrees or are all the same. */
  readonly auc: number | undefined
  /** Why there is no score, where there is none. */
  readonly undefinedBecause?: string
}

/** In the order in which the first of equally good ones is taken. */
const ORDER: readonly SimilarityName[] = ['cosine', 'manhattan', 'euclidean', 'dot']

/**
 * Evaluates a model on tasks; a sentence that occurs in several is encoded once. Protocol of the
 * model card of DMetaSoul/sbert-chinese-general-v2-distill: 100 x Spearman's correlation of gold
 * values and similarities, the best of cosine, Manhattan, Euclidean and dot, vectors as the model
 * gives them. Reference: sentence-transformers' EmbeddingSimilarityEvaluator.
 * @throws InputError when a vector is broken (NaN), naming the task and the line of the pair.
 * @example
 * ```ts
 * import { SentenceEncoder } from 'yuju'
 * import { evaluateTasks, loadTask } from 'yuju/evaluate'
 *
 * await using encoder = await SentenceEncoder.load('my-model')
 * const task = await loadTask('pairs.tsv', { name: 'mine', labels: { max: 5 } })
 * const [result] = await evaluateTasks((texts) => encoder.encode(texts), [task])
 * ```
 */
export async function evaluateTasks(
  encode: Encode,
  tasks: readonly Task[],
  options?: BootstrapOptions,
): Promise<TaskResult[]> {
  const rows = uniqueTexts(tasks)
  const vectors = await encode([...rows.keys()])
  return tasks.map((task) => resultOf(task, { rows, vectors }, options))
}

/** Every sentence of the tasks once, with its row among them. */
function uniqueTexts(tasks: readonly Task[]): ReadonlyMap<string, number> {
  const rows = new Map<string, number>()
  for (const { pairs } of tasks) {
    for (const text of [...pairs.first, ...pairs.second]) {
      if (!rows.has(text)) rows.set(text, rows.size)
    }
  }
  return rows
}

interface TextVectors {
  readonly rows: ReadonlyMap<string, number>
  readonly vectors: Matrix
}

function resultOf(task: Task, encoded: TextVectors, options?: BootstrapOptions): TaskResult {
  const { name, split, pairs, sha256, labels } = task
  const { gold } = pairs
  const scores = pairScores(task, encoded)
  const correlations = mapSimilarities((similarity) =>
    hundredfold(spearman(gold, scores[similarity])),
  )
  const best = bestOf(correlations)
  const head = { task: name, split, pairs: gold.length, sha256, spearman: correlations, best }
  if (best === undefined) return { ...head, ...NOTHING, undefinedBecause: reasonOf(gold) }
  const interval = spearmanInterval(gold, scores[best], options)
  return {
    ...head,
    score: correlations[best],
    interval: interval && [100 * interval.low, 100 * interval.high],
    pearson: hundredfold(pearson(gold, scores[best])),
    auc: labels === 'binary' ? hundredfold(auc(gold, scores[best])) : undefined,
  }
}

const NOTHING = { score: undefined, interval: undefined, pearson: undefined, auc: undefined }

function reasonOf(gold: Float64Array): string {
  if (gold.length < 2) return 'there is only one pair'
  const [first] = gold
  return gold.every((value) => value === first)
    ? 'all gold values are the same'
    : 'all pairs have the same score'
}

type SimilarityScores = Readonly<Record<SimilarityName, Float64Array>>

function pairScores(task: Task, { rows, vectors }: TextVectors): SimilarityScores {
  const { first, second } = task.pairs
  const vectorOf = (text: string) => rowOf(vectors, rows.get(text) ?? 0)
  const left = first.map(vectorOf)
  const right = second.map(vectorOf)
  const scores = mapSimilarities((similarity) =>
    Float64Array.from(left, (vector, row) =>
      similarityOf(similarity, vector, right[row] ?? vector),
    ),
  )
  for (const similarity of SIMILARITY_NAMES) requireNumbers(scores[similarity], similarity, task)
  return scores
}

function requireNumbers(scores: Float64Array, similarity: SimilarityName, task: Task): void {
  const row = scores.findIndex((score) => !Number.isFinite(score))
  if (row === -1) return
  const line = task.pairs.lines[row]
  throw new InputError(
    'evaluate-not-finite',
    `${task.name}: the ${similarity} similarity of the pair in ${task.source}, line ${line}, is ` +
      `${scores[row]}; the model gives broken vectors`,
    { facts: { task: task.name, file: task.source, line, similarity } },
  )
}

function mapSimilarities<Value>(
  of: (similarity: SimilarityName) => Value,
): Readonly<Record<SimilarityName, Value>> {
  return {
    cosine: of('cosine'),
    manhattan: of('manhattan'),
    euclidean: of('euclidean'),
    dot: of('dot'),
  }
}

function bestOf(correlations: TaskResult['spearman']): SimilarityName | undefined {
  const defined = ORDER.filter((similarity) => correlations[similarity] !== undefined)
  return defined.reduce<SimilarityName | undefined>((best, similarity) => {
    const value = correlations[similarity] ?? Number.NEGATIVE_INFINITY
    return best === undefined || value > (correlations[best] ?? 0) ? similarity : best
  }, undefined)
}

function hundredfold(value: number | undefined): number | undefined {
  return value === undefined ? undefined : 100 * value
}
