import type { SentenceEncoder } from '../encoder/index.ts'
import type { VectorFunction } from './teacher/teacher.ts'

/**
 * What gives an encoder's vectors; texts over the limit are cut without a word.
 * @param prompt put before every text. Default: the model's default prompt.
 */
export function promptedEncode(
  encoder: SentenceEncoder,
  prompt: string | undefined,
): VectorFunction {
  const settings = { truncate: 'silent', ...(prompt === undefined ? {} : { prompt }) } as const
  return (texts, signal) => encoder.encode(texts, { ...settings, ...(signal ? { signal } : {}) })
}
