import { SentenceEncoder } from 'yuju'
import { evaluateTasks, loadTasks } from 'yuju/evaluate'

/**
 * A model's score of every task under a folder, by the task's name.
 * @param {string} model @param {string} data @param {object} [options] of encode
 * @returns {Promise<Map<string, number>>}
 */
export async function taskScores(model, data, options = {}) {
  const { tasks } = await loadTasks(data)
  const encoder = await SentenceEncoder.load(model)
  const encode = (texts) => encoder.encode(texts, { truncate: 'silent', ...options })
  const results = await evaluateTasks(encode, tasks).finally(() => encoder.dispose())
  return new Map(results.map(({ task, score }) => [task, score]))
}

/** @param {Map<string, number>} scores */
export function averageOf(scores) {
  return [...scores.values()].reduce((sum, score) => sum + score, 0) / scores.size
}
