import { NO_LIMIT } from '../checkpoint/index.ts'
import { quantile } from '../metrics/index.ts'
import { markdownTable } from '../tables/index.ts'
import { CARD_WORDS, type CardLanguage, type CardWords, type FactName } from './card-words.ts'
import { type CardMetadata, frontMatter } from './front-matter.ts'
import type { ModelDescription } from './model-description.ts'
import type { BenchmarkRecord, EvaluationRecord, TrainingRecord } from './read-records.ts'

export type { CardLanguage }

/** All a card is made of. */
export interface CardFacts extends CardMetadata {
  /** What people load the model by: its hub id, or its folder's name. */
  readonly name: string
  readonly description: ModelDescription
  readonly evaluation: EvaluationRecord | undefined
  /** Which of the evaluated models this one is, where that is known. */
  readonly evaluatedAs: string | undefined
  readonly benchmark: BenchmarkRecord | undefined
  readonly training: TrainingRecord | undefined
}

/** A model card in Markdown; the English one, README.md, begins with the YAML that the hub reads. */
export function renderCard(facts: CardFacts, language: CardLanguage): string {
  const words = CARD_WORDS[language]
  const own = facts.evaluation?.models.find(({ model }) => model === facts.evaluatedAs)
  const { dimensions, maxLength } = facts.description
  const parts = [
    ...(language === 'en' ? [frontMatter(facts, facts.name, own)] : []),
    `# ${facts.name}`,
    words.other,
    words.intro(dimensions, isLimited(facts.description) ? maxLength : undefined),
    usageOf(facts, words),
    modelTable(facts.description, words),
    ...(facts.evaluation ? evaluationParts(facts.evaluation, words) : []),
    ...(facts.benchmark ? benchmarkParts(facts.benchmark, words) : []),
    ...(facts.training ? trainingParts(facts.training, words) : []),
    licenseOf(facts, words),
  ]
  return `${parts.join('\n\n')}\n`
}

function usageOf({ name }: CardFacts, { usage }: CardWords): string {
  const quoted = JSON.stringify(name)
  return `## ${usage}

[yuju](https://www.npmjs.com/package/yuju) (TypeScript):

\`\`\`ts
import { SentenceEncoder } from 'yuju'

const encoder = await SentenceEncoder.load(${quoted})
const { data, rows, dimensions } = await encoder.encode(['花呗怎么还款', '花呗如何还钱'])
const score = await encoder.similarity('花呗怎么还款', '花呗如何还钱')
\`\`\`

[sentence-transformers](https://sbert.net) (Python):

\`\`\`python
from sentence_transformers import SentenceTransformer

model = SentenceTransformer(${quoted})
embeddings = model.encode(["花呗怎么还款", "花呗如何还钱"])
scores = model.similarity(embeddings, embeddings)
\`\`\``
}

function modelTable(model: ModelDescription, words: CardWords): string {
  const { layers, hiddenSize, heads, parameters, weightBytes, weightTypes } = model
  const values: Record<FactName, string> = {
    architecture: model.architecture,
    encoder: words.layers(layers, hiddenSize, heads),
    parameters: parameters.toLocaleString('en'),
    size: `${(weightBytes / 1e6).toFixed(1)} MB (${weightTypes.join(', ')})`,
    vocabulary: `${model.vocabularySize.toLocaleString('en')} ${words.tokens}`,
    modules: model.modules.join(' → '),
    dimensions: `${model.dimensions}`,
    maxLength: isLimited(model) ? `${model.maxLength} ${words.tokens}` : '∞',
    similarity: model.similarity,
    prompts: promptsOf(model, words),
  }
  return markdownTable({
    title: words.model,
    columns: [words.property, words.value],
    rows: Object.entries(values).map(([name, value]) => [words.facts[name as FactName], value]),
  })
}

function promptsOf({ prompts, defaultPromptName }: ModelDescription, words: CardWords): string {
  const texts = Object.entries(prompts).map(([name, prompt]) => {
    const mark = name === defaultPromptName ? ` (${words.isDefault})` : ''
    return `${name}: \`${JSON.stringify(prompt)}\`${mark}`
  })
  return texts.join(', ') || words.none
}

function evaluationParts({ tasks, models }: EvaluationRecord, words: CardWords): string[] {
  const table = markdownTable({
    title: words.evaluation,
    columns: [words.model, ...tasks.map(({ name }) => name), words.average],
    rows: models.map(({ model, results, average }) => [
      model,
      ...tasks.map(({ name }) => points(results.find(({ task }) => task === name)?.score)),
      points(average),
    ]),
  })
  const prompts = models.flatMap(({ model, prompt }) =>
    prompt === undefined ? [] : words.prompt(model, `\`${JSON.stringify(prompt)}\``),
  )
  return [
    table,
    [words.evaluationNote, ...prompts].join('\n'),
    ...(models.some(({ retrieval }) => retrieval.length > 0) ? searchParts(models, words) : []),
  ]
}

function searchParts(models: EvaluationRecord['models'], words: CardWords): string[] {
  const sets = [...new Set(models.flatMap(({ retrieval }) => retrieval.map(({ set }) => set)))]
  const table = markdownTable({
    title: words.search,
    columns: [words.model, ...sets],
    rows: models.map(({ model, retrieval }) => [
      model,
      ...sets.map((name) => searchText(retrieval.find(({ set }) => set === name))),
    ]),
  })
  return [table, words.searchNote]
}

function searchText(result: EvaluationRecord['models'][number]['retrieval'][number] | undefined) {
  if (!result) return '-'
  const [low, high] = result.interval.map((value) => value.toFixed(1))
  return `${points(result.ndcg10)} (${low} – ${high})`
}

function points(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(2)
}

function benchmarkParts({ machine, settings, models }: BenchmarkRecord, words: CardWords) {
  const [baseline] = models
  const table = markdownTable({
    title: words.speed,
    columns: words.speedColumns,
    rows: models.map(({ model, costs, cost, batchLatency, sentencesPerSecond }) => [
      model,
      cost.median.toPrecision(3),
      batchLatency.p50.toPrecision(3),
      String(Math.round(sentencesPerSecond.median)),
      medianRatio(baseline?.costs ?? costs, costs).toFixed(2),
    ]),
  })
  const { texts, batchSize, maxLength } = settings
  const { processor, threads, backend } = machine
  const shown = `${processor}, ${threads} threads, ${backend}`
  return [table, words.speedNote(texts, batchSize, maxLength, shown)]
}

/** Of each repetition with its neighbour in time, as machines are not always equally busy. */
function medianRatio(baseline: readonly number[], costs: readonly number[]): number {
  const ratios = costs.map((seconds, turn) => (baseline[turn] ?? seconds) / seconds)
  return quantile(
    ratios.sort((a, b) => a - b),
    0.5,
  )
}

function trainingParts({ versions, data, settings, record }: TrainingRecord, words: CardWords) {
  const shown = Object.entries(versions).map(([name, version]) => `${name} ${version}`)
  const rows = data.map(({ name, examples, sha256 }) => [
    name,
    examples.toLocaleString('en'),
    sha256?.slice(0, 12) ?? '-',
  ])
  return [
    markdownTable({ title: words.training, columns: words.dataColumns, rows }),
    words.trainingNote(shown.join(', ')),
    `${words.settings}\n\n${jsonBlock(settings)}`,
    ...(record.recipe === undefined ? [] : [`${words.recipe}\n\n${jsonBlock(record.recipe)}`]),
  ]
}

function jsonBlock(value: unknown): string {
  return `\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``
}

function licenseOf({ license, baseModels, datasets }: CardFacts, words: CardWords): string {
  return [
    `## ${words.license}`,
    license ?? words.noLicense,
    ...(baseModels.length > 0 ? [`${words.madeFrom}: ${baseModels.join(', ')}`] : []),
    ...(datasets.length > 0 ? [`${words.data}: ${datasets.join(', ')}`] : []),
  ].join('\n\n')
}

/** A static model takes texts of any length. */
function isLimited({ maxLength }: ModelDescription): boolean {
  return maxLength < NO_LIMIT
}
