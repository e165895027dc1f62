import type { EncodedText, ServedModel } from '../models/index.ts'

/** A query and the documents that may answer it. */
interface RerankRequest {
  readonly query: string
  readonly documents: readonly string[]
  readonly prompt: string
}

/** What scoring documents came to. */
export interface RerankScores {
  /** Best first; of equal ones the earlier first. */
  readonly ranking: readonly { readonly index: number; readonly score: number }[]
  readonly pairs: readonly EncodedText[]
}

/**
 * Scores documents, from 0 to 1 by the sigmoid, or as logits.
 * @throws ServerError when too many pairs wait; the signal's reason.
 */
export async function rerankScores(
  model: ServedModel,
  { query, documents, prompt }: RerankRequest,
  { isRaw, signal }: { readonly isRaw: boolean; readonly signal: AbortSignal },
): Promise<RerankScores> {
  const inputs = documents.map((document) => ({ text: query, document, prompt }))
  const pairs = await model.encode(inputs, signal)
  const ranking = pairs.map(({ vector }, index) => {
    const [logit = Number.NaN] = vector
    return { index, score: isRaw ? logit : 1 / (1 + Math.exp(-logit)) }
  })
  return { ranking: ranking.sort((a, b) => b.score - a.score), pairs }
}
