export { selectLayers, spreadLayers } from './select-layers.ts'
export { type CountOptions, countPieces } from './vocabulary/count-pieces.ts'
export { type CutOptions, cutVocabulary } from './vocabulary/cut-vocabulary.ts'
