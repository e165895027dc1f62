import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { loadCheckpoint, pairwiseSimilarity, SentenceEncoder } from 'yuju'
import { distil, openTeacher, selectLayers } from 'yuju/distil'
import { Reranker, type TextPair } from 'yuju/rerank'
import { datasetOf, mse, scoreMargins } from 'yuju/train'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { finished, start, yuju } from './support/yuju-command.ts'

const ENCODER = join(FIXTURES, 'models/tiny-bert-zh')
const JUDGE = join(FIXTURES, 'rerankers/xlm-roberta')

const CHARACTERS = '花呗怎么还款今天天气真不错适合出去走'.split('')
const text = (seed: number) =>
  Array.from({ length: 4 + (seed % 7) }, (_, j) => {
    return CHARACTERS[(seed * 7 + j * (1 + (seed % 6))) % CHARACTERS.length]
  }).join('')
const ROWS = Array.from({ length: 60 }, (_, i) => [0, 60, 120, 180].map((at) => text(i + at)))
const PAIRS = ROWS.flatMap(([query = '', ...documents]) =>
  documents.map((document): TextPair => [query, document]),
)

const TRIPLETS = { file: 'triplets.jsonl', kind: 'triplets', texts: ['q', 'a', 'b', 'c'] }
const LOSS = {
  name: 'score_distribution',
  similarity: 'cosine',
  temperature: 0.1,
  teacher_temperature: 0.2,
}

/** A folder with triplets of two negatives, sentences, and a recipe whose teacher is a cross-encoder. */
function recipeFolder(changes: object = {}, source: object = {}): string {
  const folder = temporaryFolder()
  const lines = ROWS.map(([q, a, b, c]) => JSON.stringify({ q, a, b, c }))
  writeFileSync(join(folder, 'triplets.jsonl'), `${lines.join('\n')}\n`)
  writeFileSync(join(folder, 'sentences.txt'), `${ROWS.flat().join('\n')}\n`)
  const data = [{ ...TRIPLETS, batch_size: 12, loss: LOSS, ...source }]
  const recipe = {
    teacher: JUDGE,
    student: { model: ENCODER, layers: [0, 6] },
    output: 'student',
    vectors: 'kept',
    stages: [{ name: 'scores', data, steps: 120, optimizer: { learning_rate: 1e-3 }, seed: 3 }],
    threads: 1,
    ...changes,
  }
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe))
  return folder
}

const run = (folder: string, ...flags: readonly string[]) =>
  yuju('distil', join(folder, 'recipe.json'), ...flags)

/** The files of kept scores below a folder, by name and content. */
function keptIn(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  const files = names.filter((name) => name.endsWith('.vectors')).sort()
  return Object.fromEntries(
    files.map((name) => [name, readFileSync(join(folder, name)).toString('base64')]),
  )
}

async function logitsOf(folder: string) {
  await using reranker = await Reranker.load(folder, { threads: 1 })
  return (await reranker.score(PAIRS, { activation: 'identity' })).scores
}

/** Of so many queries the candidate that a model finds nearest is the one with the highest score. */
async function sameChoices(encoder: SentenceEncoder, scores: Float32Array): Promise<number> {
  const queries = await encoder.encode(PAIRS.map(([query]) => query))
  const documents = await encoder.encode(PAIRS.map(([, document]) => document))
  const cosines = pairwiseSimilarity('cosine', queries, documents)
  const best = (numbers: ArrayLike<number>, row: number) => {
    const three = Array.from(numbers).slice(3 * row, 3 * row + 3)
    return three.indexOf(Math.max(...three))
  }
  return ROWS.filter((_, row) => best(cosines, row) === best(scores, row)).length
}

describe('a cross-encoder teaches a sentence encoder', () => {
  test('by a recipe: the student comes to rank pairs as it does; scores are computed once', async () => {
    const folder = recipeFolder({ held_out: 6 })
    const { code, stdout, stderr } = await run(folder, '--json')
    expect([code, stderr.match(/yuju: .*/)]).toEqual([0, null])
    expect(stderr).toContain("the teacher's scores of triplets")
    const report = JSON.parse(stdout)
    expect(report.models.map(({ model }: { model: string }) => model)).toEqual(['student'])
    expect(report.agreements).toMatchObject([{ teachers: JUDGE, texts: 24 }])
    const logits = await logitsOf(JUDGE)
    const checkpoint = selectLayers(await loadCheckpoint(ENCODER), [0, 6])
    await using beginner = await SentenceEncoder.fromCheckpoint(checkpoint)
    await using student = await SentenceEncoder.load(join(folder, 'student'))
    expect(await sameChoices(beginner, logits)).toBeLessThan(30)
    expect(await sameChoices(student, logits)).toBeGreaterThan(45)

    const kept = keptIn(join(folder, 'kept'))
    expect(Object.keys(kept)).toHaveLength(1)
    rmSync(join(folder, 'student'), { recursive: true })
    expect(await run(folder)).toMatchObject({ code: 0 })
    expect(keptIn(join(folder, 'kept'))).toEqual(kept)
  }, 120_000)

  test('tasks are measured of teachers that have vectors, and of the student', async () => {
    const folder = recipeFolder({ tasks: { folder: 'tasks', names: ['csts_dev'] } })
    mkdirSync(join(folder, 'tasks/csts'), { recursive: true })
    const lines = PAIRS.slice(0, 20).map((pair, i) => [...pair, i % 6].join('\t'))
    writeFileSync(join(folder, 'tasks/csts/dev.tsv'), `${lines.join('\n')}\n`)
    const { code, stdout } = await run(folder, '--json')
    expect(code).toBe(0)
    const { evaluation } = JSON.parse(stdout)
    expect(evaluation.models.map(({ model }: { model: string }) => model)).toEqual(['student'])
  })

  test('a killed run goes on with the scores that were kept, to the same weights', async () => {
    const whole = recipeFolder()
    expect(await run(whole)).toMatchObject({ code: 0 })
    const broken = recipeFolder()
    const child = start(['distil', join(broken, 'recipe.json')])
    const done = finished(child)
    await Promise.race([sleep(900), done])
    child.kill('SIGKILL')
    await done
    expect(await run(broken, '--resume')).toMatchObject({ code: 0 })
    const weightsOf = (folder: string) => readFileSync(join(folder, 'student/model.safetensors'))
    expect(weightsOf(broken).equals(weightsOf(whole))).toBe(true)
  })
})

describe('as a library', () => {
  const dataset = datasetOf({ name: 'rows', kind: 'triplets', rows: ROWS })
  const student = async () => selectLayers(await loadCheckpoint(ENCODER), [0])

  test('a teacher gives logits, has a name of its own by its prompt, and no vectors', async () => {
    await using reranker = await Reranker.load(JUDGE, { threads: 1 })
    const teacher = await openTeacher(reranker)
    expect(await teacher.scores?.(PAIRS)).toEqual(await logitsOf(JUDGE))
    expect((await openTeacher(reranker, { prompt: '问' })).id).not.toBe(teacher.id)
    await expect(teacher.vectors(['还款'])).rejects.toMatchObject({ code: 'teacher-no-vectors' })
    const prompts = { query: '问' }
    await expect(openTeacher(reranker, { prompts })).rejects.toMatchObject({
      code: 'teacher-prompts',
    })
  })

  test('a teacher by hand, and a loss made of the widths', async () => {
    const output = join(temporaryFolder(), 'student')
    const teacher = {
      id: 'length of the document',
      vectors: async () => {
        throw new Error('not asked for')
      },
      scores: async (pairs: readonly TextPair[]) =>
        Float32Array.from(pairs, ([, document]) => document.length),
      dispose: async () => {},
    }
    const loss = () => scoreMargins({ similarity: 'cosine', scale: 5 })
    const optimizer = { learningRate: 1e-3 }
    const stages = [
      { name: 'one', sources: [{ dataset, loss, batchSize: 12 }], steps: 4, optimizer },
    ]
    const report = await distil({ teachers: { teacher }, student, output, stages, threads: 1 })
    expect(report.stages[0]?.steps).toBe(4)
    const sources = [{ dataset, loss: () => mse(), batchSize: 12 }]
    const wrong = [{ name: 'one', sources, steps: 1, optimizer }]
    const again = { teachers: { teacher }, student, output: `${output}2`, stages: wrong }
    await expect(distil(again)).rejects.toMatchObject({ code: 'distil-teacher-kind' })
  })
})

describe('what cannot be taught', () => {
  const both = { teacher: undefined, teachers: { judge: JUDGE, texts: ENCODER } }
  const sentences = { file: 'sentences.txt', kind: 'sentences', texts: undefined }

  test.each<[string, object, object, string]>([
    ['a text without another', {}, sentences, 'of which sentences has 0, but the loss needs 2'],
    [
      'no second candidate',
      {},
      { kind: 'pairs', texts: ['q', 'a'] },
      'of which triplets has 1, but the loss needs 2; use triplets',
    ],
    [
      'vectors and scores in one source',
      both,
      { teacher: ['judge', 'texts'] },
      'judge \\+ texts, are encoders and cross-encoders',
    ],
    [
      'a loss on vectors, given scores',
      {},
      { loss: { name: 'cosine_to_teacher' } },
      'cosine_to_teacher compares with vectors, but .* is a cross-encoder',
    ],
    [
      'a loss on scores, given vectors',
      both,
      { teacher: 'texts' },
      'score_distribution compares with the scores of a cross-encoder, but texts gives vectors',
    ],
    [
      'losses of both kinds in one source',
      {},
      { loss: [LOSS, { name: 'similarity_matrix' }] },
      'score_distribution compares with the scores .* and similarity_matrix with vectors',
    ],
    [
      'a student made of its teacher',
      { student: {} },
      {},
      'student.model: .* is a cross-encoder, so the recipe must name the model, an encoder',
    ],
    [
      'prompts by role',
      { teacher: { model: JUDGE, prompts: { query: '问' } } },
      {},
      'give it prompt, which stands before the pair, not prompts',
    ],
  ])('%s', async (_, changes, source, message) => {
    const { code, stderr } = await run(recipeFolder(changes, source))
    expect(stderr).toMatch(new RegExp(message))
    expect(code).toBe(1)
  })
})
