import { resolve } from 'node:path'
import type { Checkpoint } from '../../checkpoint/index.ts'
import { loadSource, type SentenceEncoder } from '../../encoder/index.ts'
import { InputError } from '../../errors/index.ts'
import { mean, spearman } from '../../metrics/index.ts'
import { given } from '../../options/index.ts'
import type { Reranker } from '../../rerank/index.ts'
import { pairwiseSimilarity } from '../../similarity/index.ts'
import { type Dataset, hasLabel } from '../data/index.ts'
import { withNewHead } from '../new-head.ts'
import { train } from '../train.ts'
import type {
  Scores,
  TrainingEvaluation,
  TrainingSource,
  TrainOptions,
  TrainReport,
} from '../train-options.ts'
import { recipeDataset } from './data-recipe.ts'
import { lossOf } from './loss-recipe.ts'
import {
  averageOf,
  batchOptions,
  modelPath,
  type RecipeFile,
  readRecipe,
  stepsOptions,
  type TrainRecipe,
  trainRecipeSchema,
} from './train-recipe.ts'

/** What a recipe does not say of a run. */
export type TrainRecipeOptions = Pick<
  TrainOptions,
  'load' | 'resume' | 'signal' | 'onStep' | 'onEvaluation' | 'onWarning'
>

/**
 * Trains as a recipe, a JSON file, says; see `train`.
 * @throws InputError naming the key for what is wrong with the recipe, or the line for what is wrong
 *   with its data.
 */
export async function trainRecipe(
  path: string,
  options: TrainRecipeOptions = {},
): Promise<TrainReport> {
  const file = await readRecipe(path, trainRecipeSchema)
  return train({ ...(await recipeOptions(file)), ...options })
}

/** Reads the recipe's data; gives what `train` takes. */
export async function recipeOptions({
  recipe,
  folder,
}: RecipeFile<TrainRecipe>): Promise<TrainOptions> {
  const { model, head, output, data, evaluation, average, save_as, ...steps } = recipe
  const sources: TrainingSource[] = []
  for (const source of data) sources.push(await sourceOf(source, folder))
  return {
    ...stepsOptions(steps),
    model:
      head === 'new' ? await modelWithHead(model, folder, steps.seed) : modelPath(model, folder),
    output: resolve(folder, output),
    sources,
    ...given({
      average: average && averageOf(average, folder),
      evaluation: evaluation && (await evaluationOf(evaluation, folder, recipe.prompt)),
      saveType: save_as,
    }),
    record: { recipe },
  }
}

/** A cross-encoder of an encoder; whatever is trained of it follows from the seed. */
async function modelWithHead(model: string, folder: string, seed = 0): Promise<Checkpoint> {
  return withNewHead(await loadSource(modelPath(model, folder)), { seed })
}

async function sourceOf(
  source: TrainRecipe['data'][number],
  folder: string,
): Promise<TrainingSource> {
  const dataset = await recipeDataset(source, folder)
  return { ...batchOptions(source), dataset, loss: lossOf(source.loss) }
}

type EvaluationRecipe = NonNullable<TrainRecipe['evaluation']>

async function evaluationOf(
  { data, ...options }: EvaluationRecipe,
  folder: string,
  prompt: string | undefined,
): Promise<TrainingEvaluation> {
  const datasets: Dataset[] = []
  for (const recipe of data) datasets.push(await recipeDataset(recipe, folder))
  requireScored(datasets, options.metric)
  return {
    ...options,
    score: (encoder) => scoresOf(datasets, (dataset) => cosinesOf(dataset, encoder, prompt)),
    scoreReranker: (reranker) =>
      scoresOf(datasets, (dataset) => logitsOf(dataset, reranker, prompt)),
  }
}

function requireScored(datasets: readonly Dataset[], metric: string): void {
  const names = datasets.map(({ name }) => name)
  const unscored = datasets.find(({ kind }) => !hasLabel(kind))
  if (unscored) {
    throw new InputError(
      'recipe-evaluation-kind',
      `evaluation.data: ${unscored.name} holds ${unscored.kind}; expected scored-pairs or ` +
        'labelled-pairs',
      { facts: { name: unscored.name, kind: unscored.kind } },
    )
  }
  if (metric === 'average' || names.includes(metric)) return
  throw new InputError(
    'recipe-evaluation-metric',
    `evaluation.metric: ${metric} is neither average nor a data set of the evaluation ` +
      `(${names.join(', ')})`,
    { facts: { metric, names } },
  )
}

async function scoresOf(
  datasets: readonly Dataset[],
  pairScores: (dataset: Dataset) => Promise<ArrayLike<number>>,
): Promise<Scores> {
  const scores: Record<string, number> = {}
  for (const dataset of datasets) {
    scores[dataset.name] = spearmanOf(dataset, await pairScores(dataset))
  }
  return { ...scores, average: mean(Object.values(scores)) ?? Number.NaN }
}

const examplesOf = (dataset: Dataset) =>
  Array.from({ length: dataset.length }, (_, index) => dataset.example(index))

async function logitsOf(
  dataset: Dataset,
  reranker: Reranker,
  prompt: string | undefined,
): Promise<ArrayLike<number>> {
  const pairs = examplesOf(dataset).map(({ texts: [a = '', b = ''] }) => [a, b] as const)
  const options = { truncate: 'silent', activation: 'identity', ...given({ prompt }) } as const
  return (await reranker.score(pairs, options)).scores
}

async function cosinesOf(
  dataset: Dataset,
  encoder: SentenceEncoder,
  prompt: string | undefined,
): Promise<ArrayLike<number>> {
  const examples = examplesOf(dataset)
  const options = { truncate: 'silent', ...given({ prompt }) } as const
  const side = (column: number) =>
    encoder.encode(
      examples.map(({ texts }) => texts[column] ?? ''),
      options,
    )
  return pairwiseSimilarity('cosine', await side(0), await side(1))
}

/** 100 × Spearman's correlation of label and score. */
function spearmanOf(dataset: Dataset, scores: ArrayLike<number>): number {
  const labels = examplesOf(dataset).map(({ label }) => label ?? 0)
  const correlation = spearman(labels, scores)
  if (correlation !== undefined) return 100 * correlation
  throw new InputError(
    'evaluation-undefined',
    `the correlation on ${dataset.name} is not defined: its labels or scores are all equal`,
    { facts: { name: dataset.name } },
  )
}
