import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { loadCheckpoint } from 'yuju'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { yuju } from './support/yuju-command.ts'

const RECIPE = join(import.meta.dirname, '../recipes/qwen3-teacher.json')
const TEACHER = join(FIXTURES, 'families/qwen3')
const WORDS = '花呗怎么还款今天天气不错出去走走借呗额度多少可以提前'.split('')
const sentence = (i: number) =>
  Array.from(
    { length: 3 + (i % 6) },
    (_, j) => WORDS[(i * 7 + j * (1 + (i % 5))) % WORDS.length],
  ).join('')

/** The recipe for little: a teacher and a student of random weights, few texts and few steps. */
function smallRecipe(): { readonly folder: string; readonly path: string } {
  const folder = temporaryFolder()
  const sentences = Array.from({ length: 60 }, (_, i) => `${sentence(i)}\tmade`)
  const triplets = Array.from({ length: 40 }, (_, i) => [i, i + 1, i + 7].map(sentence).join('\t'))
  writeFileSync(join(folder, 'sentences.tsv'), `${sentences.join('\n')}\n`)
  writeFileSync(join(folder, 'triplets.tsv'), `${triplets.join('\n')}\n`)
  const { tasks: _, retrieval: __, ...recipe } = JSON.parse(readFileSync(RECIPE, 'utf8'))
  const [stage] = recipe.stages
  const [first, second] = stage.data
  const data = [
    { ...first, file: 'sentences.tsv', batch_size: 8 },
    { ...second, file: 'triplets.tsv', batch_size: 4, cached_texts: 4 },
  ]
  const small = {
    ...recipe,
    teachers: { qwen3: { ...recipe.teachers.qwen3, model: TEACHER } },
    student: { ...recipe.student, model: join(FIXTURES, 'models/tiny-bert-zh') },
    output: 'student',
    vectors: 'vectors',
    held_out: 6,
    stages: [{ ...stage, data, steps: 6 }],
  }
  writeFileSync(join(folder, 'recipe.json'), JSON.stringify(small))
  return { folder, path: join(folder, 'recipe.json') }
}

// Other tokenizer, other width, instructions as prompts: what it learns of random weights means nothing.
test('the recipe with Qwen3-Embedding as the teacher makes a student shaped like BERT', async () => {
  const { folder, path } = smallRecipe()
  const { code, stdout, stderr } = await yuju('distil', path, '--json')
  expect(stderr).toContain('similarity and search')
  expect(code).toBe(0)
  const [teacher, student] = JSON.parse(stdout).models
  const [asked, made] = [
    await loadCheckpoint(TEACHER),
    await loadCheckpoint(join(folder, 'student')),
  ]
  expect([teacher.layers, student.layers]).toEqual([asked.config.layers, 4])
  expect(made.config.modelType).toBe('bert')
  expect(made.config.hiddenSize).not.toBe(asked.config.hiddenSize)
  expect(made.tokenizerFiles.get('tokenizer.json')).not.toBe(
    asked.tokenizerFiles.get('tokenizer.json'),
  )
  expect(JSON.parse(stdout).agreements[0].agreement).toBeTypeOf('number')
})
