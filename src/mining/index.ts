export type { Scored } from '../similarity/index.ts'
export { type CommunityOptions, detectCommunities } from './detect-communities.ts'
export { type Duplicate, type DuplicateOptions, findDuplicates } from './find-duplicates.ts'
export {
  type AnchorsAndCorpus,
  type HardNegativeOptions,
  type HardNegatives,
  mineHardNegatives,
} from './mine-hard-negatives.ts'
export { mineParaphrases, type ParaphraseOptions, type ScoredPair } from './mine-paraphrases.ts'
export type { MiningOptions } from './score-tiles.ts'
