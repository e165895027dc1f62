import { expect, test } from 'vitest'
import { type ExportedName, exportedNames, publicEntries } from './support/public-names.ts'

const entries = [...publicEntries()].map(([name, file]) => ({ name, names: exportedNames(file) }))

function listed(names: readonly ExportedName[], isType: boolean): string {
  const chosen = names.filter((one) => one.isType === isType).map(({ name }) => name)
  return chosen.sort().join(' ')
}

/** Whoever widens an entry changes this list, and should say why a user needs the name. */
test('values that each entry exports', () => {
  const values = entries.map(({ name, names }) => `${name}: ${listed(names, false)}`)
  expect(values.join('\n\n')).toMatchInlineSnapshot(`
    "yuju: CheckpointError GraphError HubError InputError OutputError QueueError RuntimeError SentenceEncoder ServerError StoreError TeacherError YujuError allPairsSimilarity copyActivationRanges exportOnnx exportWeb loadCheckpoint measureActivationRanges outputRangesOf pairwiseSimilarity quantizeEmbeddings saveActivationRanges saveCheckpoint similarityOf

    yuju/ai: YujuEmbeddingModel YujuRerankingModel

    yuju/bulk: BulkRuns

    yuju/distil: agreementOf buildStaticStudent buildStudent countTokens distil distilRecipe narrowHidden openTeacher projectEmbeddings selectLayers trimVocabulary

    yuju/evaluate: VectorCache cachedEncode calibrate createReport evaluateRetrieval evaluateRetrievalSets evaluateTasks loadHubTasks loadRetrieval loadRetrievalSet loadTask loadTasks readPairs renderReport

    yuju/langchain: YujuEmbeddings YujuReranker

    yuju/mining: detectCommunities findDuplicates mineHardNegatives mineParaphrases

    yuju/rerank: Reranker

    yuju/search: TextSearch createMemoryStore createOrOpenStore createStore indexTexts modelSettings openStore parseFilter searchStore

    yuju/server: createServer listen

    yuju/train: TrainingSession attentionRelation averageModels binaryCrossEntropy contrastive cosent cosineSimilarity cosineToTeacher datasetOf hiddenStates loadDataset marginMse matryoshka mse multipleNegatives onlineContrastive operations readMetrics scoreDistribution scoreMargins similarityDistribution similarityMatrix teacherRanking train trainRecipe triplet weightedSum withNewHead

    yuju/web: CheckpointError HubError InputError Reranker RuntimeError SentenceEncoder YujuError allPairsSimilarity outputRangesOf pairwiseSimilarity quantizeEmbeddings similarityOf"
  `)
})

test('types that each entry exports', () => {
  const types = entries.map(({ name, names }) => `${name}: ${listed(names, true)}`)
  expect(types.join('\n\n')).toMatchInlineSnapshot(`
    "yuju: ActivationRanges Backend Checkpoint Embeddings EncodeOptions LoadOptions Matrix OutputArrays OutputRanges OutputType Precision Progress SimilarityBlock SimilarityName StreamOptions TokenEmbeddings TokenizedText TruncationPolicy

    yuju/ai: YujuEmbeddingModelOptions YujuRerankingModelOptions

    yuju/bulk: BucketSettings ConnectOptions FailedShard RunDescription RunStatus StartOptions StoreTarget WorkOptions WorkSummary WorkerEvent

    yuju/distil: Agreement CountOptions DistilOptions DistilProgress DistilRecipeOptions DistilReport DistilSource DistilStage HttpOptions ModelSize OpenTeacherOptions ScoreFunction StageReport StaticStudentOptions StudentOptions Teacher TeacherAgreement TeacherShare TimingOptions TrimOptions VectorFunction VectorSource Widths

    yuju/evaluate: BootstrapOptions CalibrateOptions CalibrationResult Comparison Encode FillOptions GoldLabels HubTasksOptions Kept LoadTaskOptions LoadTasksOptions LoadedTasks MapQuality MissingTask ModelReport ModelResults PairColumns Pairs ProbabilityMap ReadPairsOptions Report ReportFormat ReportOptions RetrievalData RetrievalEncode RetrievalFiles RetrievalOptions RetrievalResult RetrievalSet RetrievalSetResult Task TaskResult ThresholdGoal ThresholdQuality VectorType

    yuju/langchain: YujuEmbeddingsOptions YujuRerankerOptions

    yuju/mining: AnchorsAndCorpus CommunityOptions Duplicate DuplicateOptions HardNegativeOptions HardNegatives MiningOptions ParaphraseOptions Scored ScoredPair

    yuju/rerank: PairScores RankedDocument RerankOptions ScoreActivation ScoreOptions ScoreStreamOptions TextPair

    yuju/search: Condition Filter Hit HybridOptions IndexOptions IndexProgress IndexResult Membership Metadata NamedColumn SearchOptions StoreAccess StoreEncoding StoreOptions StorePrecision StoreQuery StoreSettings StoreSimilarity StoredText TextSearchOptions TextToIndex VectorRecord VectorStore

    yuju/server: ListenOptions Listener RequestEvent Server ServerEvent ServerIndex ServerModel ServerOptions ServerSettings

    yuju/train: BatchSource ComparedTexts Dataset DatasetKind DropoutRates EvaluationEntry EvaluationReport Example Graph LabelKind LabelOptions LoadDatasetOptions Loss LossContext MetricsEntry ModelAverage NewHeadOptions OptimizerOptions PreparedBatches RowFilter ScheduleOptions Scores SessionOptions Shape StepBatch StepEntry StepReport StepResult TokenContext TrainOptions TrainRecipeOptions TrainReport TrainingEvaluation TrainingSource Value Widths

    yuju/web: DownloadProgress Embeddings EncodeOptions Matrix OutputArrays OutputRanges OutputType PairScores Progress RankedDocument RerankOptions ScoreActivation ScoreOptions ScoreStreamOptions SimilarityBlock StreamOptions TextPair TokenEmbeddings TokenizedText TruncationPolicy WebBackend WebLoadOptions"
  `)
})

test('what is compiled exports just these values', async () => {
  for (const { name, names } of entries) {
    const found = Object.keys(await import(name)).sort()
    expect(found.join(' '), name).toBe(listed(names, false))
  }
})

test('every exported value and type has a docstring', () => {
  const all = entries.flatMap(({ names }) => names.flatMap((one) => [one, ...one.members]))
  const silent = all.filter(({ documentation }) => documentation.trim() === '')
  expect(new Set(silent.map(({ file, name }) => `${file}: ${name}`))).toEqual(new Set())
})
