// What matters in distilling: students that differ in one thing, each trained for the same time.
// node bench/ablation.mjs [SECONDS] [TEACHER]     (default: 60 seconds, runs/teacher)
// Prints a Markdown table, and keeps what is measured in runs/ablation/results.json, so that a
// second call goes on with what is missing. Needs ../shared.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { distilRecipe } from 'yuju/distil'
import { SHARED } from './sentences.mjs'
import { median } from './statistics.mjs'
import { averageOf, taskScores } from './task-scores.mjs'

const ROOT = new URL('../', import.meta.url).pathname
const [, , seconds = '60', teacher = `${ROOT}runs/teacher`] = process.argv
const WORK = `${ROOT}runs/ablation`
const RESULTS = join(WORK, 'results.json')
/** Steps that tell how long one takes, after the first two. */
const TRIAL_STEPS = 12
const ROWS = 1500
const TEACHER = 'the teacher'

const MERGED = `${SHARED}data/train/merged/`
const sentences = (limit = 40_000) => ({
  name: 'sentences',
  file: `${MERGED}sentences_clean.tsv.gz`,
  kind: 'sentences',
  texts: [0],
  where: {
    column: 1,
    equals: ['atec', 'luge_oppo_test', 'triclue_small', 'csts_train', 'tnews', 'bucc_zh', 'ocnli'],
  },
  limit,
  batch_size: 128,
})
const pairs = (source, label = {}) => ({
  name: source,
  file: `${MERGED}pairs_clean.tsv.gz`,
  kind: 'scored-pairs',
  texts: [0, 1],
  label: { column: 2, ...label },
  where: { column: 4, equals: source },
  loss: { name: 'cosent' },
  batch_size: 64,
})

const COSINE = { name: 'cosine_to_teacher', weight: 20 }
const MATRIX = { name: 'similarity_matrix', weight: 100 }
const BOTH = [COSINE, MATRIX]
const HIDDEN = {
  name: 'hidden_states',
  pairs: [
    { student: 2, teacher: 6 },
    { student: 4, teacher: 12 },
  ],
}

/** What a variant changes: the student, the losses, the data, or the share of a second stage. */
const VARIANTS = {
  'layers 0 1 2 3': { student: { layers: [0, 1, 2, 3] } },
  'layers 1 4 7 10': {},
  'layers 0 4 8 11': { student: { layers: [0, 4, 8, 11] } },
  'layers 8 9 10 11': { student: { layers: [8, 9, 10, 11] } },
  'loss mse': { loss: [{ name: 'mse', weight: 1000 }] },
  'loss cosine': { loss: [COSINE] },
  'loss similarity matrix': { loss: [MATRIX] },
  'loss similarity distribution (KL)': {
    loss: [{ name: 'similarity_distribution', temperature: 0.05 }],
  },
  'loss cosine and hidden states': { loss: [COSINE, HIDDEN] },
  'tokens seen 3 times': { student: { layers: [1, 4, 7, 10], vocabulary: { min_count: 3 } } },
  'tokens seen 30 times': { student: { layers: [1, 4, 7, 10], vocabulary: { min_count: 30 } } },
  'a third of the time on labelled pairs': { supervised: 1 / 3 },
  '2,000 sentences': { limit: 2000 },
  '8,000 sentences': { limit: 8000 },
}

function recipeOf({ student = { layers: [1, 4, 7, 10] }, loss = BOTH, limit, supervised }, steps) {
  const schedule = {
    optimizer: { learning_rate: 2e-4 },
    schedule: { warmup: 0.05 },
    dropout: { hidden: 0, attention: 0 },
    max_length: 64,
    seed: 1,
  }
  const general = { ...sentences(limit), loss }
  const labelled = [pairs('csts_train', { scale: 5 }), pairs('atec'), pairs('fewclue_bustm')]
  const shares = supervised ? [1 - supervised, supervised] : [1]
  return {
    teacher,
    student,
    output: 'student',
    vectors: 'vectors',
    stages: shares.map((share, stage) => ({
      name: stage === 0 ? 'general' : 'pairs',
      data:
        stage === 0
          ? [general]
          : [{ ...general, weight: 3 }, ...labelled.map((source) => ({ ...source, weight: 1 }))],
      steps: Math.max(1, Math.round(share * steps)),
      ...schedule,
    })),
    timing: false,
    save_as: 'float16',
  }
}

/** The first rows of every task, as all of them take longer than the training. */
function sampleTasks() {
  for (const name of [
    'csts/dev',
    'csts/test',
    'afqmc/dev',
    'lcqmc/dev',
    'bqcorpus/dev',
    'pawsx/dev',
    'xiaobu/dev',
  ]) {
    const target = join(WORK, 'tasks', `${name}.tsv`)
    mkdirSync(join(target, '..'), { recursive: true })
    const lines = readFileSync(`${SHARED}data/${name}.tsv`, 'utf8').trimEnd().split('\n')
    writeFileSync(target, `${lines.slice(0, ROWS).join('\n')}\n`)
  }
}

async function run(variant, steps) {
  const path = join(WORK, 'recipe.json')
  rmSync(join(WORK, 'student'), { recursive: true, force: true })
  rmSync(join(WORK, 'student.distil'), { recursive: true, force: true })
  writeFileSync(path, JSON.stringify(recipeOf(variant, steps)))
  const times = []
  const report = await distilRecipe(path, { onStep: () => times.push(performance.now()) })
  // The median, as a stage takes its time to begin.
  const costs = times.slice(2).map((time, index) => time - times[index + 1])
  return { report, secondsPerStep: median(costs) / 1000 }
}

/** As many steps as the time allows. */
async function measure(variant) {
  const trial = await run(variant, TRIAL_STEPS)
  const steps = Math.max(TRIAL_STEPS, Math.round(Number(seconds) / trial.secondsPerStep))
  const { report } = await run(variant, steps)
  return {
    steps,
    agreement: report.agreement.agreement,
    megabytes: report.models.at(-1).bytes / 1e6,
    scores: await sampleScores(join(WORK, 'student')),
  }
}

const sampleScores = async (model) =>
  Object.fromEntries(await taskScores(model, join(WORK, 'tasks')))

const average = ({ scores }) => averageOf(new Map(Object.entries(scores)))

function table({ [TEACHER]: whole, ...students }) {
  const tasks = Object.keys(whole.scores)
  const row = (cells) => `| ${cells.join(' | ')} |`
  const head = ['student', 'steps', ...tasks, 'average', 'kept', 'agreement', 'MB']
  return [
    row(head),
    row(head.map(() => '---')),
    ...Object.entries({ [TEACHER]: whole, ...students }).map(([name, one]) =>
      row([
        name,
        one.steps ?? '',
        ...tasks.map((task) => one.scores[task].toFixed(2)),
        average(one).toFixed(2),
        `${((100 * average(one)) / average(whole)).toFixed(1)} %`,
        one.agreement?.toFixed(1) ?? '',
        one.megabytes?.toFixed(0) ?? '',
      ]),
    ),
  ].join('\n')
}

mkdirSync(WORK, { recursive: true })
sampleTasks()
const results = existsSync(RESULTS) ? JSON.parse(readFileSync(RESULTS, 'utf8')) : {}
results[TEACHER] ??= { scores: await sampleScores(teacher) }
for (const [name, variant] of Object.entries(VARIANTS)) {
  if (results[name]) continue
  results[name] = await measure(variant)
  writeFileSync(`${RESULTS}.tmp`, `${JSON.stringify(results, null, 1)}\n`)
  renameSync(`${RESULTS}.tmp`, RESULTS)
  console.log(`${name}: ${average(results[name]).toFixed(2)} after ${results[name].steps} steps`)
}
console.log(table(results))
