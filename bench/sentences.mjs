// Sentences of the training data, drawn with a fixed seed.
import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'

export const SHARED = new URL('../../shared/', import.meta.url).pathname

/** Mulberry32: a small seeded generator of numbers from 0 to 1. @param {number} seed */
export function seeded(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** All training sentences, in the order of the file. */
export function trainingSentences() {
  const file = `${SHARED}data/train/merged/sentences_clean.tsv.gz`
  if (!existsSync(file)) throw new Error(`${file} is missing: this benchmark needs the data sets`)
  const lines = gunzipSync(readFileSync(file)).toString('utf8').split('\n')
  return lines.filter((line) => line !== '').map((line) => line.slice(0, line.lastIndexOf('\t')))
}

/** @param {number} count @param {number} [seed] */
export function drawSentences(count, seed = 20) {
  const all = trainingSentences()
  const random = seeded(seed)
  return Array.from({ length: count }, () => all[Math.floor(random() * all.length)])
}

/** Texts with more pieces than any limit here: each a run of sentences. @param {number} count */
export function longTexts(count) {
  const sentences = drawSentences(count * 60, 7)
  return Array.from({ length: count }, (_, i) => sentences.slice(i * 60, i * 60 + 60).join('，'))
}
