export { describeModel, type ModelDescription } from './model-description.ts'
export { readBenchmark, readEvaluation, readTraining } from './read-records.ts'
export { type CardFacts, type CardLanguage, renderCard } from './render-card.ts'
