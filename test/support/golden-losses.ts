import { join } from 'node:path'
import type { Example } from '../../src/train/data/index.ts'
import {
  contrastive,
  cosent,
  cosineSimilarity,
  type Loss,
  mse,
  multipleNegatives,
  onlineContrastive,
  triplet,
} from '../../src/train/losses/index.ts'
import { FIXTURES, readJson } from './shared.ts'

/** A loss of tiny-bert-zh without dropout, as sentence-transformers computes it. */
export interface GoldenLoss {
  readonly loss: number
  /** By weight: the Euclidean length of its gradient. */
  readonly grad_norm: Readonly<Record<string, number>>
  /** Of some weights 16 entries, evenly spread; of the word table the first 16 of 我's row. */
  readonly grad_head: Readonly<Record<string, readonly number[]>>
}

type GoldenName =
  | 'CoSENTLoss(scale=20)'
  | 'CosineSimilarityLoss'
  | 'MultipleNegativesRankingLoss(scale=20)'
  | 'ContrastiveLoss(margin=0.5)'
  | 'OnlineContrastiveLoss(margin=0.5)'
  | 'MultipleNegativesRankingLoss triplets'
  | 'TripletLoss(euclidean, margin=5)'
  | 'MSELoss'

/** Made by ../shared/fixtures/make_fixtures.py; numbers shortened to the nine digits float32 has. */
interface GoldenFile extends Readonly<Record<GoldenName, GoldenLoss>> {
  readonly pairs: readonly (readonly [a: string, b: string, binary: number, score: number])[]
  readonly triplets: readonly (readonly string[])[]
  readonly mse_target: readonly (readonly number[])[]
}

const GOLDEN = readJson<GoldenFile>(join(FIXTURES, 'losses/model-losses.json'))
export interface GoldenCase {
  readonly name: GoldenName
  readonly golden: GoldenLoss
  readonly loss: Loss
  readonly examples: readonly Example[]
  readonly teacher?: readonly (readonly number[])[]
}

const binary = GOLDEN.pairs.map(([a, b, label]) => ({ texts: [a, b], label }))
const scored = GOLDEN.pairs.map(([a, b, , score]) => ({ texts: [a, b], label: score / 5 }))
const triplets = GOLDEN.triplets.map((texts) => ({ texts, label: undefined }))
const sentences = GOLDEN.pairs.map(([a]) => ({ texts: [a], label: undefined }))

const golden = (name: GoldenName, loss: Loss, examples: readonly Example[]): GoldenCase => {
  return { name, golden: GOLDEN[name], loss, examples }
}

/** Every loss of the golden file. */
export const GOLDEN_LOSSES: readonly GoldenCase[] = [
  golden('CoSENTLoss(scale=20)', cosent(), scored),
  golden('CosineSimilarityLoss', cosineSimilarity(), scored),
  golden('MultipleNegativesRankingLoss(scale=20)', multipleNegatives(), scored),
  golden('ContrastiveLoss(margin=0.5)', contrastive(), binary),
  golden('OnlineContrastiveLoss(margin=0.5)', onlineContrastive(), binary),
  golden('MultipleNegativesRankingLoss triplets', multipleNegatives(), triplets),
  golden('TripletLoss(euclidean, margin=5)', triplet(), triplets),
  { ...golden('MSELoss', mse(), sentences), teacher: GOLDEN.mse_target },
]
