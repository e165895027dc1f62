import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type Checkpoint, loadCheckpoint, SentenceEncoder, saveCheckpoint } from 'yuju'
import { selectLayers } from 'yuju/distil'
import { temporaryFolder } from './support/model-folder.ts'
import { FIXTURES } from './support/shared.ts'
import { largestDifference } from './support/vectors.ts'

const TEXTS = ['花呗怎么还款', '今天天气不错，出去走走', '']

async function encoded(checkpoint: Checkpoint, texts: readonly string[] = TEXTS) {
  await using encoder = await SentenceEncoder.fromCheckpoint(checkpoint)
  return (await encoder.encode(texts)).data
}

async function savedAndRead(checkpoint: Checkpoint): Promise<Checkpoint> {
  const folder = join(temporaryFolder(), 'student')
  await saveCheckpoint(folder, checkpoint)
  return loadCheckpoint(folder)
}

const teacher = await loadCheckpoint(join(FIXTURES, 'models/tiny-bert-zh'))

test('a student of some layers gives the same vectors from memory and from its folder', async () => {
  const student = selectLayers(teacher, [0, 2])
  const vectors = await encoded(student)
  expect(largestDifference(vectors, await encoded(await savedAndRead(student)))).toBe(0)
  expect(largestDifference(vectors, await encoded(teacher))).toBeGreaterThan(0.01)
})
