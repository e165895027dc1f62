import { InputError } from '../../errors/index.ts'
import { attentionRelationLoss } from './attention-relation.ts'
import { binaryCrossEntropyLoss } from './binary-cross-entropy.ts'
import { contrastiveLoss } from './contrastive.ts'
import { cosentLoss } from './cosent.ts'
import { cosineSimilarityLoss } from './cosine-similarity.ts'
import { cosineToTeacherLoss } from './cosine-to-teacher.ts'
import type { DefinedLoss } from './define-loss.ts'
import { hiddenStatesLoss } from './hidden-states.ts'
import { marginMseLoss } from './margin-mse.ts'
import { mseLoss } from './mse.ts'
import { multipleNegativesLoss } from './multiple-negatives.ts'
import { onlineContrastiveLoss } from './online-contrastive.ts'
import { scoreDistributionLoss } from './score-distribution.ts'
import { scoreMarginsLoss } from './score-margins.ts'
import { similarityDistributionLoss } from './similarity-distribution.ts'
import { similarityMatrixLoss } from './similarity-matrix.ts'
import { teacherRankingLoss } from './teacher-ranking.ts'
import { tripletLoss } from './triplet.ts'

export type LossList = readonly [DefinedLoss, ...DefinedLoss[]]

/** Losses on labelled data, in the order of the documents. */
export const LABEL_LOSSES: LossList = [
  cosentLoss,
  cosineSimilarityLoss,
  contrastiveLoss,
  onlineContrastiveLoss,
  multipleNegativesLoss,
  tripletLoss,
  binaryCrossEntropyLoss,
  marginMseLoss,
]

/** Losses that compare with a teacher. */
export const TEACHER_LOSSES: LossList = [
  mseLoss,
  cosineToTeacherLoss,
  similarityMatrixLoss,
  similarityDistributionLoss,
  teacherRankingLoss,
  hiddenStatesLoss,
  attentionRelationLoss,
  scoreMarginsLoss,
  scoreDistributionLoss,
]

/** Every loss that recipes can name. */
export const LOSSES: LossList = [...LABEL_LOSSES, ...TEACHER_LOSSES]

/** @throws InputError when there is no loss of that name. */
export function lossNamed(name: string): DefinedLoss {
  const found = LOSSES.find((loss) => loss.name === name)
  if (found) return found
  const names = LOSSES.map((loss) => loss.name)
  const message = `there is no loss ${JSON.stringify(name)}; expected one of ${names.join(', ')}`
  throw new InputError('loss-unknown', message, { facts: { name, names } })
}
