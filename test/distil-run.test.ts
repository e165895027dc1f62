import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { loadCheckpoint, SentenceEncoder, saveCheckpoint } from 'yuju'
import { agreementOf, distil, openTeacher, selectLayers } from 'yuju/distil'
import {
  cosineToTeacher,
  datasetOf,
  hiddenStates,
  type Loss,
  mse,
  similarityMatrix,
  type Widths,
  weightedSum,
} from 'yuju/train'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'
import { finished, start, yuju } from './support/yuju-command.ts'

/** Twelve layers, 48 wide, random. */
const TEACHER = join(FIXTURES, 'models/tiny-bert-zh')
/** Another, with vectors of another length. */
const OTHER = join(FIXTURES, 'models/tiny-dense-normalize')

const WORDS = '花呗怎么还款今天天气不错出去走走借呗额度多少可以提前'.split('')
const SENTENCES = Array.from({ length: 120 }, (_, i) => {
  const length = 3 + (i % 6)
  return Array.from({ length }, (_, j) => WORDS[(i * 7 + j * (1 + (i % 5))) % WORDS.length]).join(
    '',
  )
})
const PAIRS = Array.from({ length: 40 }, (_, i) => {
  return `${SENTENCES[i]}\t${SENTENCES[(i * 3 + 1) % 120]}\t${i % 6}`
})

/** A folder with sentences, pairs, a task, and a recipe of two short stages. */
function recipeFolder(changes: Readonly<Record<string, unknown>> = {}): string {
  const folder = temporaryFolder()
  writeFileSync(join(folder, 'sentences.txt'), `${SENTENCES.join('\n')}\n`)
  writeFileSync(join(folder, 'pairs.tsv'), `a\tb\tscore\n${PAIRS.join('\n')}\n`)
  mkdirSync(join(folder, 'tasks/csts'), { recursive: true })
  writeFileSync(join(folder, 'tasks/csts/dev.tsv'), `${PAIRS.join('\n')}\n`)
  const sentences = { file: 'sentences.txt', kind: 'sentences', batch_size: 16 }
  const pairs = { file: 'pairs.tsv', kind: 'scored-pairs', label: { scale: 5 }, batch_size: 8 }
  const steps = { optimizer: { learning_rate: 1e-3 }, checkpoint_every: 2, seed: 3 }
  const recipe = {
    teacher: TEACHER,
    student: { layers: [0, 6], vocabulary: { min_count: 1, keep_han: false } },
    output: 'student',
    held_out: 12,
    stages: [
      {
        name: 'general',
        data: [
          {
            ...sentences,
            loss: [
              { name: 'cosine_to_teacher', weight: 5 },
              { name: 'similarity_matrix', weight: 10 },
            ],
          },
        ],
        steps: 40,
        evaluate_every: 20,
        ...steps,
      },
      {
        name: 'pairs and teacher',
        data: [
          { ...pairs, loss: { name: 'cosent' } },
          { ...sentences, loss: { name: 'mse', weight: 2 } },
        ],
        steps: 12,
        ...steps,
      },
    ],
    tasks: { folder: 'tasks', names: ['csts_dev'] },
    timing: { texts: 4, repetitions: 1 },
    save_as: 'float16',
    ...changes,
  }
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe))
  return folder
}

const run = (folder: string, ...flags: readonly string[]) =>
  yuju('distil', join(folder, 'recipe.json'), ...flags)

const hashOf = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex')

async function vectorsOf(folder: string, texts: readonly string[]) {
  await using encoder = await SentenceEncoder.load(folder)
  return await encoder.encode(texts)
}

describe('yuju distil', () => {
  test('makes a student that thinks more like its teacher, and tells how much', async () => {
    const folder = recipeFolder()
    const { code, stdout, stderr } = await run(folder, '--json')
    expect(stderr).toContain('stage 2 of 2: pairs and teacher')
    expect(code).toBe(0)
    const report = JSON.parse(stdout)
    const output = join(folder, 'student')
    const saved = JSON.parse(readFileSync(join(output, 'distillation/report.json'), 'utf8'))
    expect(report).toEqual(saved)
    expect(report.models.map(({ layers }: { layers: number }) => layers)).toEqual([12, 2])
    const [teacher, student] = report.models
    expect(student.vocabularySize).toBeLessThan(teacher.vocabularySize)
    expect(student.bytes).toBeLessThan(teacher.bytes)
    expect(report.stages.map(({ steps }: { steps: number }) => steps)).toEqual([40, 12])
    expect(report.evaluation.comparisons[0].kept.csts_dev).toBeTypeOf('number')
    expect(report.timing.models).toHaveLength(2)

    const heldOut = SENTENCES.filter((_, i) => i % 10 === 0)
    const before = selectLayers(await loadCheckpoint(TEACHER), [0, 6])
    await using beginner = await SentenceEncoder.fromCheckpoint(before)
    const vectors = await vectorsOf(TEACHER, heldOut)
    const first = agreementOf(await beginner.encode(heldOut), vectors)
    const last = agreementOf(await vectorsOf(output, heldOut), vectors)
    expect(last.agreement).toBeGreaterThan(first.agreement ?? 100)
    expect(report.agreements).toHaveLength(1)
    expect(report.agreements[0].agreement).toBeCloseTo(last.agreement ?? 0, 1)
    expect(report.agreements[0].texts).toBe(12)
  })

  test('leaves the student, its report, curve and records, and nothing else', async () => {
    const folder = recipeFolder()
    const { code, stdout } = await run(folder)
    expect(code).toBe(0)
    expect(stdout).toContain('Teacher and student')
    const output = join(folder, 'student')
    const markdown = readFileSync(join(output, 'distillation/report.md'), 'utf8')
    expect(markdown).toContain(`Agreement with ${TEACHER} on 12 texts`)
    expect(markdown.match(/^# /gm)).toHaveLength(1)
    expect(readFileSync(join(output, 'distillation/learning-curve.svg'), 'utf8')).toMatch(/^<svg/)
    expect(existsSync(join(output, 'distillation/1-general/metrics.jsonl'))).toBe(true)
    expect(existsSync(join(output, 'distillation/2-pairs-and-teacher/run.json'))).toBe(true)
    expect(existsSync(`${output}.distil`)).toBe(false)
    const { weights } = await loadCheckpoint(output)
    expect([...new Set([...weights.values()].map(({ type }) => type))]).toEqual(['float16'])
  })

  test('ends as an uninterrupted run when it is killed at any point', async () => {
    const whole = recipeFolder({ tasks: undefined, timing: false })
    expect(await run(whole)).toMatchObject({ code: 0 })
    const broken = recipeFolder({ tasks: undefined, timing: false })
    for (const delay of [500, 800, 1100, 1400, 1700]) {
      const child = start(['distil', join(broken, 'recipe.json'), '--resume'])
      const done = finished(child)
      await Promise.race([sleep(delay), done])
      if (child.exitCode !== null) break
      child.kill('SIGKILL')
      await done
      expect(existsSync(join(broken, 'student'))).toBe(false)
    }
    if (!existsSync(join(broken, 'student'))) {
      expect(await run(broken, '--resume')).toMatchObject({ code: 0 })
    }
    const weights = 'student/model.safetensors'
    expect(hashOf(join(broken, weights))).toBe(hashOf(join(whole, weights)))
  })

  test('asks a teacher that is a service, with its key', async () => {
    await using encoder = await SentenceEncoder.load(TEACHER)
    const keys = new Set<string | undefined>()
    const server = createServer(async (request, response) => {
      keys.add(request.headers.authorization)
      const { input } = (await json(request)) as { input: string[] }
      const { data, dimensions } = await encoder.encode(input)
      const answer = input.map((_, index) => {
        const embedding = [...data.subarray(index * dimensions, (index + 1) * dimensions)]
        return { index, embedding }
      })
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify({ data: answer }))
    }).listen(0, '127.0.0.1')
    onTestFinished(() => void server.close())
    await new Promise((done) => server.once('listening', done))
    const address = server.address()
    const port = typeof address === 'object' ? address?.port : undefined
    const folder = recipeFolder({
      teacher: `http://127.0.0.1:${port}/v1/embeddings`,
      student: { model: TEACHER, layers: [0, 6] },
    })
    const child = start(['distil', join(folder, 'recipe.json'), '--json'], {
      YUJU_TEACHER_KEY: 'secret',
    })
    child.stdin?.end()
    const { code, stdout } = await finished(child)
    expect(code).toBe(0)
    expect([...keys]).toEqual(['Bearer secret'])
    const report = JSON.parse(stdout)
    expect(report.models).toHaveLength(1)
    expect(report.timing).toBeUndefined()
    expect(report.evaluation.comparisons[0].kept.csts_dev).toBeTypeOf('number')
  })
})

test('a stage may end between what it learned and what it began with', async () => {
  const loss = { name: 'cosine_to_teacher' }
  const data = [{ file: 'sentences.txt', kind: 'sentences', batch_size: 16, loss }]
  const vectorsAt = async (share: number) => {
    const stage = { name: 'one', data, steps: 3, optimizer: { learning_rate: 1e-3 } }
    const stages = [{ ...stage, average: { share } }]
    const student = { layers: [0, 6] }
    const folder = recipeFolder({ student, stages, tasks: undefined, timing: false })
    expect(await run(folder)).toMatchObject({ code: 0 })
    return (await vectorsOf(join(folder, 'student'), SENTENCES)).data
  }
  const beginning = selectLayers(await loadCheckpoint(TEACHER), [0, 6])
  await using beginner = await SentenceEncoder.fromCheckpoint(beginning)
  const before = (await beginner.encode(SENTENCES)).data
  // As stored in float16.
  expect(largestDifference(await vectorsAt(1), before)).toBeLessThan(2e-3)
  expect(largestDifference(await vectorsAt(0), before)).toBeGreaterThan(2e-2)
})

describe('losses that look inside the teacher', () => {
  const inside = [
    { name: 'hidden_states', pairs: [1, 2].map((n) => ({ student: n, teacher: n })) },
    { name: 'attention_relation', teacher_layer: 1, heads: 4 },
  ]
  const firstLoss = async (layers: readonly number[], start = {}) => {
    const folder = recipeFolder({
      student: { layers, vocabulary: { min_count: 1, keep_han: false }, ...start },
      stages: [
        {
          name: 'one',
          data: [{ file: 'sentences.txt', kind: 'sentences', loss: inside, batch_size: 16 }],
          steps: 1,
          dropout: { hidden: 0, attention: 0 },
        },
      ],
      tasks: undefined,
      timing: false,
    })
    expect(await run(folder)).toMatchObject({ code: 0 })
    const log = join(folder, 'student/distillation/1-one/metrics.jsonl')
    return JSON.parse(readFileSync(log, 'utf8').split('\n')[0] ?? '').loss
  }

  test('a student that is the teacher so far has nothing to learn, whatever its numbers', async () => {
    expect(await firstLoss([0, 1])).toBeLessThan(1e-9)
    expect(await firstLoss([3, 7])).toBeGreaterThan(1e-3)
  })

  test('a student may begin between two models', async () => {
    const teacher = await loadCheckpoint(TEACHER)
    const [upper, lower] = [join(temporaryFolder(), 'upper'), join(temporaryFolder(), 'lower')]
    await saveCheckpoint(upper, selectLayers(teacher, [6, 7, 8, 9, 10, 11]))
    await saveCheckpoint(lower, selectLayers(teacher, [0, 1, 2, 3, 4, 5]))
    const between = (share: number) => ({ model: upper, average: { model: lower, share } })
    expect(await firstLoss([0, 1], between(1))).toBeLessThan(1e-9)
    expect(await firstLoss([0, 1], between(0.5))).toBeGreaterThan(1e-3)
  })
})

describe('several teachers', () => {
  const QUERIES = SENTENCES.slice(0, 30)
  const DOCUMENTS = QUERIES.map((query, i) => `${SENTENCES[119 - i]}，${query}`)

  /** A recipe of two teachers, one of them wider, for texts and for searches. */
  function searchRecipe(changes: Readonly<Record<string, unknown>> = {}): string {
    const folder = recipeFolder()
    const lines = (rows: readonly (readonly unknown[])[]) =>
      rows.map((row) => `${row.join('\t')}\n`).join('')
    const set = join(folder, 'questions')
    mkdirSync(set)
    writeFileSync(join(set, 'queries.tsv'), lines(QUERIES.map((text, i) => [`q${i}`, text])))
    writeFileSync(join(set, 'corpus.tsv'), lines(DOCUMENTS.map((text, i) => [`d${i}`, text])))
    writeFileSync(join(set, 'relevance.tsv'), lines(QUERIES.map((_, i) => [`q${i}`, `d${i}`, 1])))
    writeFileSync(join(folder, 'asked.tsv'), lines(QUERIES.map((q, i) => [q, DOCUMENTS[i]])))
    const search = {
      file: 'asked.tsv',
      kind: 'pairs',
      texts: [0, 1],
      roles: ['query', 'document'],
      batch_size: 8,
    }
    const sentences = { file: 'sentences.txt', kind: 'sentences', batch_size: 16 }
    const distribution = { name: 'similarity_distribution', compare: 'columns', temperature: 0.1 }
    const recipe = {
      teachers: {
        texts: TEACHER,
        searches: { model: OTHER, prompts: { query: '问', document: '文' } },
      },
      student: { layers: [0, 6], prompts: { query: '花', document: '' } },
      output: 'student',
      held_out: 12,
      stages: [
        {
          name: 'both',
          data: [
            {
              ...search,
              teacher: [{ name: 'searches', weight: 3 }, 'texts'],
              loss: distribution,
            },
            { ...sentences, teacher: 'texts', loss: { name: 'cosine_to_teacher' } },
            {
              ...sentences,
              teacher: ['texts', 'searches'],
              loss: [{ name: 'cosine_to_teacher' }, { name: 'similarity_matrix', weight: 10 }],
            },
          ],
          steps: 24,
          optimizer: { learning_rate: 1e-3 },
        },
      ],
      tasks: { folder: 'tasks', names: ['csts_dev'] },
      retrieval: ['questions'],
      timing: false,
      ...changes,
    }
    writeFileSync(join(folder, 'recipe.json'), JSON.stringify(recipe))
    return folder
  }

  test('teach one student, each its data; the report has tasks and search of all', async () => {
    const folder = searchRecipe()
    const { code, stdout, stderr } = await run(folder, '--json')
    expect([code, stderr.match(/error.*/)]).toEqual([0, null])
    const report = JSON.parse(stdout)
    const groups = report.agreements.map(({ teachers }: { teachers: string }) => teachers)
    expect(groups).toEqual(['searches + texts', 'texts', 'texts + searches'])
    const { teachers, models, comparisons } = report.evaluation
    expect(teachers).toEqual(['texts', 'searches'])
    const scores = models.map(
      ({ retrieval }: { retrieval: { ndcg10: number }[] }) => retrieval[0]?.ndcg10 ?? 0,
    )
    expect(scores).toHaveLength(3)
    const best = Math.max(scores[0], scores[1])
    expect(comparisons[0].retrieval.kept.questions).toBeCloseTo((100 * scores[2]) / best, 8)
    expect(report.stages[0].evaluations.at(-1).scores.questions).toBeCloseTo(scores[2], 8)
    const markdown = readFileSync(join(folder, 'student/distillation/report.md'), 'utf8')
    expect(markdown).toContain('| questions | 30 | 30 | student |')
  })

  test('the student keeps its prompts, and uses them', async () => {
    const folder = searchRecipe()
    expect(await run(folder)).toMatchObject({ code: 0 })
    await using encoder = await SentenceEncoder.load(join(folder, 'student'))
    expect(encoder.checkpoint.prompts).toEqual({ query: '花', document: '' })
    const [query = ''] = QUERIES
    expect(await encoder.encodeQuery(query)).toEqual(await encoder.encode(`花${query}`))
    expect(await encoder.encodeDocument(query)).toEqual(await encoder.encode(query))
  })

  test.each([
    [
      'an unknown teacher',
      { teachers: { other: TEACHER } },
      'there is no teacher called "searches"',
    ],
    ['teacher and teachers', { teacher: TEACHER }, 'expected either teacher'],
    ['a folder without a search', { retrieval: ['tasks'] }, 'tasks holds no relevance.tsv'],
  ])('%s', async (_, changes, message) => {
    const { code, stderr } = await run(searchRecipe(changes))
    expect(stderr).toContain(message)
    expect(code).toBe(1)
  })
})

describe('what a recipe cannot ask for', () => {
  const stage = (loss: unknown, more: Readonly<Record<string, unknown>> = {}) => [
    { name: 'one', data: [{ file: 'sentences.txt', kind: 'sentences', loss }], steps: 2, ...more },
  ]
  test.each([
    ['an unknown key', { studnet: {} }, 'Unrecognized key'],
    ['an unknown loss', { stages: stage({ name: 'l2' }) }, 'stages.0.data.0.loss.0.name'],
    ['no stage', { stages: [] }, 'stages'],
    [
      'stages of one name',
      { stages: [...stage({ name: 'mse' }), ...stage({ name: 'mse' })] },
      'two are called one',
    ],
    ['steps and epochs', { stages: stage({ name: 'mse' }, { epochs: 1 }) }, 'exclude each other'],
    ['a layer that is not there', { student: { layers: [0, 12] } }, 'numbers from 0 to 11'],
    ['widths that differ', { student: { layers: [0], dimensions: 24 } }, 'number by number'],
    [
      'labels where there are none',
      { stages: stage({ name: 'cosent' }) },
      'takes 2 texts an example',
    ],
    [
      'a service without a student',
      { teacher: 'http://127.0.0.1:9/v1/embeddings' },
      'must name the model',
    ],
    [
      'a state the teacher does not have',
      {
        stages: stage({ name: 'hidden_states', pairs: [{ student: 1, teacher: 13 }] }),
      },
      'no hidden_states.13; of hidden_states it has 13',
    ],
    ['a missing teacher', { teacher: './nowhere' }, 'nowhere'],
  ])('%s', async (_, changes, message) => {
    const folder = recipeFolder(changes)
    const { code, stderr } = await run(folder)
    expect(stderr).toMatch(new RegExp(message))
    expect(code).toBe(1)
    expect(existsSync(join(folder, 'student'))).toBe(false)
  })

  test('an output that is there, a run that is there, another recipe', async () => {
    const folder = recipeFolder()
    mkdirSync(join(folder, 'student'))
    expect((await run(folder)).stderr).toContain('is there already')
    const other = recipeFolder()
    mkdirSync(join(other, 'student.distil'))
    writeFileSync(join(other, 'student.distil/run.json'), '{"teacher":"another"}')
    expect((await run(other)).stderr).toContain('go on with it by --resume')
    const { code, stderr } = await run(other, '--resume')
    expect(stderr).toMatch(/was another: teachers?, .*changed/)
    expect(code).toBe(1)
  })
})

test('a student that collapses is not saved', async () => {
  const teacher = await openTeacher(
    async (texts) => ({
      data: new Float32Array(texts.length * 48).fill(1),
      rows: texts.length,
      dimensions: 48,
    }),
    { id: 'the same for all' },
  )
  const output = join(temporaryFolder(), 'student')
  const rows = SENTENCES.map((sentence) => [sentence])
  const dataset = datasetOf({ name: 'sentences', kind: 'sentences', rows })
  const running = distil({
    teachers: { teacher },
    student: async () => selectLayers(await loadCheckpoint(TEACHER), [0]),
    output,
    stages: [
      {
        name: 'one',
        sources: [{ dataset, batchSize: 16, loss: mse() }],
        steps: 400,
        optimizer: { learningRate: 3e-3 },
      },
    ],
  })
  await expect(running).rejects.toMatchObject({
    code: expect.stringMatching(/^(train|distil)-collapsed$/),
  })
  expect(existsSync(output)).toBe(false)
})

describe('a loss that compares with the teacher', () => {
  const pairs = datasetOf({
    name: 'pairs',
    kind: 'pairs',
    rows: PAIRS.map((line) => line.split('\t').slice(0, 2)),
  })

  /** What a student gives after a few steps. */
  async function trained(model: string, loss: Loss | ((widths: Widths) => Loss)) {
    await using teacher = await SentenceEncoder.load(model, { precision: 'float32' })
    const output = join(temporaryFolder(), 'student')
    const optimizer = { learningRate: 1e-3 }
    await distil({
      teachers: { teacher: await openTeacher(teacher) },
      student: async () => selectLayers(await loadCheckpoint(TEACHER), [0, 6]),
      output,
      timing: false,
      stages: [
        { name: 'one', sources: [{ dataset: pairs, batchSize: 8, loss }], steps: 4, optimizer },
      ],
    })
    return (await vectorsOf(output, SENTENCES.slice(0, 10))).data
  }

  test('is told what follows from the teacher: its width, and how many texts a row has', async () => {
    const plain = weightedSum([
      { loss: cosineToTeacher() },
      { loss: similarityMatrix(), weight: 2 },
    ])
    const told = ({ teacher: width }: Widths) =>
      weightedSum([
        { loss: cosineToTeacher({ perColumn: true, projectTo: width }) },
        { loss: similarityMatrix({ teacherSize: width }), weight: 2 },
      ])
    const vectors = await trained(OTHER, plain)
    expect(largestDifference(vectors, await trained(OTHER, told))).toBe(0)
    expect(largestDifference(vectors, await trained(OTHER, similarityMatrix()))).toBeGreaterThan(0)
  })

  test('is given the states it names', async () => {
    const loss = hiddenStates({ pairs: [{ student: 2, teacher: 12 }] })
    expect(await trained(TEACHER, loss)).toHaveLength(480)
  })

  test('number by number needs a teacher of its width', async () => {
    await expect(trained(OTHER, mse())).rejects.toMatchObject({ code: 'distil-widths' })
  })
})
