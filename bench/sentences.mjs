// Sentences of the training data, drawn with a fixed seed.

import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createGunzip, gunzipSync } from 'node:zlib'
import { loadTasks } from 'yuju/evaluate'
import { seeded } from '../recipes/seeded.mjs'

export const SHARED = new URL('../../shared/', import.meta.url).pathname

function trainingFile() {
  const file = `${SHARED}data/train/merged/sentences_clean.tsv.gz`
  if (!existsSync(file)) throw new Error(`${file} is missing: this benchmark needs the data sets`)
  return file
}

/** @param {string} line a sentence, a tab, where it comes from */
const sentenceOf = (line) => line.slice(0, line.lastIndexOf('\t'))

/** All training sentences, in the order of the file. */
export function trainingSentences() {
  const lines = gunzipSync(readFileSync(trainingFile())).toString('utf8').split('\n')
  return lines.filter((line) => line !== '').map(sentenceOf)
}

/**
 * Training sentences read as they are asked for, from the start again after the last: a program that
 * holds them all would have so large a heap that its garbage hides what the encoder keeps.
 * @param {number} count
 */
export async function* sentencesFromFile(count) {
  let given = 0
  while (given < count) {
    const text = createReadStream(trainingFile()).pipe(createGunzip())
    for await (const line of createInterface({ input: text })) {
      if (line === '') continue
      if (given === count) return
      given += 1
      yield sentenceOf(line)
    }
  }
}

/** @param {number} count @param {number} [seed] */
export function drawSentences(count, seed = 20) {
  const all = trainingSentences()
  const random = seeded(seed)
  return Array.from({ length: count }, () => all[Math.floor(random() * all.length)])
}

/**
 * Sentences of the seven tasks and of the training data, as many of each, in an order without
 * pattern. @param {number} count
 */
export async function mixedSentences(count) {
  const { tasks } = await loadTasks(`${SHARED}data`)
  const texts = [...new Set(tasks.flatMap(({ pairs }) => [...pairs.first, ...pairs.second]))]
  const half = count / 2
  const ofTasks = Array.from(
    { length: half },
    (_, i) => texts[Math.floor((i * texts.length) / half)],
  )
  const ofTraining = drawSentences(half)
  const random = seeded(21)
  const keyed = [...ofTasks, ...ofTraining].map((text) => ({ text, key: random() }))
  return keyed.sort((a, b) => a.key - b.key).map(({ text }) => text)
}

/** Texts with more tokens than any limit here: each a run of sentences. @param {number} count */
export function longTexts(count) {
  const sentences = drawSentences(count * 60, 7)
  return Array.from({ length: count }, (_, i) => sentences.slice(i * 60, i * 60 + 60).join('，'))
}
