/** The languages a card is written in. */
export type CardLanguage = 'en' | 'zh'

/** Everything a card says besides names and numbers. */
export interface CardWords {
  readonly other: string
  /** Without a length: texts have no limit. */
  readonly intro: (dimensions: number, maxLength: number | undefined) => string
  readonly usage: string
  readonly model: string
  readonly property: string
  readonly value: string
  readonly facts: Readonly<Record<FactName, string>>
  readonly layers: (layers: number, width: number, heads: number) => string
  readonly tokens: string
  readonly none: string
  readonly isDefault: string
  readonly evaluation: string
  readonly evaluationNote: string
  readonly prompt: (model: string, prompt: string) => string
  readonly average: string
  readonly search: string
  readonly searchNote: string
  readonly speed: string
  readonly speedColumns: readonly string[]
  readonly speedNote: (texts: number, batch: number, length: number, machine: string) => string
  readonly training: string
  readonly trainingNote: (versions: string) => string
  readonly dataColumns: readonly string[]
  readonly settings: string
  readonly recipe: string
  readonly license: string
  readonly noLicense: string
  readonly madeFrom: string
  readonly data: string
}

export type FactName =
  | 'architecture'
  | 'encoder'
  | 'parameters'
  | 'size'
  | 'vocabulary'
  | 'modules'
  | 'dimensions'
  | 'maxLength'
  | 'similarity'
  | 'prompts'

export const CARD_WORDS: Readonly<Record<CardLanguage, CardWords>> = {
  en: {
    other: '[中文](README.zh.md)',
    intro: (dimensions, maxLength) =>
      `A sentence encoder: it turns a text ${maxLength === undefined ? 'of any length' : `of up to ${maxLength} tokens`} into a vector of ` +
      `${dimensions} numbers, for semantic search, similarity and clustering.`,
    usage: 'Usage',
    model: 'Model',
    property: 'property',
    value: 'value',
    facts: {
      architecture: 'architecture',
      encoder: 'encoder',
      parameters: 'parameters',
      size: 'size of the weights',
      vocabulary: 'vocabulary',
      modules: 'behind the encoder',
      dimensions: 'dimensions of a vector',
      maxLength: 'longest text',
      similarity: 'similarity',
      prompts: 'prompts',
    },
    layers: (layers, width, heads) => `${layers} layers, hidden size ${width}, ${heads} heads`,
    tokens: 'tokens',
    none: 'none',
    isDefault: 'default',
    evaluation: 'Evaluation',
    evaluationNote:
      "100 x Spearman's correlation with human judgement, the best of cosine, Manhattan, Euclidean " +
      'and dot; measured by `yuju evaluate`.',
    prompt: (model, prompt) => `${model}: with ${prompt} before every text.`,
    average: 'average',
    search: 'Search',
    searchNote:
      '100 x nDCG@10, and the interval that holds it with 95 %; measured by `yuju evaluate --retrieval`.',
    speed: 'Speed',
    speedColumns: ['model', 'cost (s)', 'latency (ms/batch)', 'sentences/s', 'against the first'],
    speedNote: (texts, batch, length, machine) =>
      `${texts} texts, batches of ${batch}, at most ${length} tokens; ${machine}; measured by ` +
      '`yuju benchmark`.',
    training: 'Training',
    trainingNote: (versions) => `Trained by \`yuju train\` (${versions}) on the data above.`,
    dataColumns: ['data', 'examples', 'SHA-256'],
    settings: 'Settings:',
    recipe: 'Recipe:',
    license: 'Licence',
    noLicense: 'No licence was stated.',
    madeFrom: 'Made from',
    data: 'Data',
  },
  zh: {
    other: '[English](README.md)',
    intro: (dimensions, maxLength) =>
      `句向量模型：把${maxLength === undefined ? '任意长度' : `不超过 ${maxLength} 个词元`}的文本变成 ${dimensions} 维向量，` +
      '用于语义检索、相似度计算和聚类。',
    usage: '用法',
    model: '模型',
    property: '项目',
    value: '内容',
    facts: {
      architecture: '结构',
      encoder: '编码器',
      parameters: '参数量',
      size: '权重大小',
      vocabulary: '词表',
      modules: '编码器之后',
      dimensions: '向量维数',
      maxLength: '最大长度',
      similarity: '相似度',
      prompts: '提示词',
    },
    layers: (layers, width, heads) => `${layers} 层，隐藏层大小 ${width}，${heads} 个注意力头`,
    tokens: '个词元',
    none: '无',
    isDefault: '默认',
    evaluation: '评测',
    evaluationNote:
      '与人工标注的 Spearman 相关系数 x 100，取余弦、曼哈顿、欧氏、点积四种相似度中最好的一个；' +
      '由 `yuju evaluate` 测得。',
    prompt: (model, prompt) => `${model}：每条文本前加 ${prompt}。`,
    average: '平均',
    search: '检索',
    searchNote: '100 x nDCG@10 及其 95% 区间；由 `yuju evaluate --retrieval` 测得。',
    speed: '速度',
    speedColumns: ['模型', '耗时（秒）', '延迟（毫秒/批）', '句/秒', '与首行之比'],
    speedNote: (texts, batch, length, machine) =>
      `${texts} 条文本，每批 ${batch} 条，最长 ${length} 个词元；${machine}；由 \`yuju benchmark\` 测得。`,
    training: '训练',
    trainingNote: (versions) => `由 \`yuju train\`（${versions}）在以上数据上训练。`,
    dataColumns: ['数据', '条数', 'SHA-256'],
    settings: '设置：',
    recipe: '配方：',
    license: '许可',
    noLicense: '未注明许可。',
    madeFrom: '基础模型',
    data: '数据',
  },
}
