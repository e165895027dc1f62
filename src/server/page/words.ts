/** Everything the page says, in its two languages; `{name}` stands for a fact. */
export const WORDS = {
  tools: { en: 'Tools', zh: '工具' },
  models: { en: 'Models', zh: '模型' },
  model: { en: 'Model', zh: '模型' },
  beside: { en: 'Beside it', zh: '对照模型' },
  none: { en: 'none', zh: '无' },
  routes: { en: 'Routes', zh: '接口文档' },
  otherLanguage: { en: '中文', zh: 'English' },
  otherLanguageLabel: { en: '切换到中文', zh: 'Switch to English' },

  compare: { en: 'Compare', zh: '比较' },
  compareTitle: { en: 'How alike are these sentences?', zh: '这些句子有多相似？' },
  compareRun: { en: 'Compare', zh: '比较' },
  sentences: { en: 'Sentences, one a line', zh: '句子，每行一个' },
  matrixCaption: { en: 'Cosine similarity of every two sentences', zh: '句子两两之间的余弦相似度' },
  difference: {
    en: 'The two models differ by {mean} on average, and by {largest} at most (sentences {a} and {b}).',
    zh: '两个模型平均相差 {mean}，最多相差 {largest}（第 {a} 句与第 {b} 句）。',
  },

  search: { en: 'Search', zh: '搜索' },
  searchTitle: { en: 'Which lines mean this?', zh: '哪些行是这个意思？' },
  searchRun: { en: 'Search', zh: '搜索' },
  query: { en: 'Look for', zh: '要找的意思' },
  lines: { en: 'In these lines', zh: '在这些行里找' },
  hits: { en: 'Best lines first', zh: '最相似的在前' },
  more: { en: '{count} more lines are less alike.', zh: '另有 {count} 行相似度更低。' },

  tokens: { en: 'Tokens', zh: '分词' },
  tokensTitle: { en: 'What does the model see?', zh: '模型看到的是什么？' },
  tokensRun: { en: 'Show tokens', zh: '查看词元' },
  text: { en: 'Text', zh: '文本' },
  tokenList: { en: 'Tokens, in order', zh: '词元，按顺序' },
  tokenCount: {
    en: '{count} tokens of at most {limit}, special ones included',
    zh: '{count} 个词元（含特殊词元），上限 {limit}',
  },
  tokensCut: {
    en: 'The last {count}, struck through, are cut off: the model does not see them.',
    zh: '最后 {count} 个（带删除线）被截断，模型看不到。',
  },
  tokensMore: { en: '{count} tokens more are not shown.', zh: '另有 {count} 个词元未显示。' },

  milliseconds: { en: '{count} ms there and back', zh: '往返 {count} 毫秒' },
  dimensions: { en: '{count} dimensions', zh: '{count} 维' },
  textCount: { en: '{count} texts', zh: '{count} 个文本' },
  similarityName: { en: 'similarity: {name}', zh: '相似度：{name}' },
  textsCut: {
    en: 'Some texts are longer than the {limit} tokens this model takes, and were cut.',
    zh: '有的文本超过模型的 {limit} 个词元上限，已被截断。',
  },
  working: { en: 'Working …', zh: '计算中……' },
  progress: { en: 'Working … {done} of {total}', zh: '计算中……{done}/{total}' },
  hint: { en: 'or Ctrl + Enter', zh: '或按 Ctrl + Enter' },

  keyTitle: { en: 'This server asks for a key', zh: '此服务需要密钥' },
  keyLabel: { en: 'API key', zh: 'API 密钥' },
  keyRun: { en: 'Open', zh: '进入' },
  keyNote: {
    en: 'It is kept until this tab is closed, and sent to this server only.',
    zh: '密钥只保存到关闭此标签页为止，只发送给此服务。',
  },
  keyWrong: { en: 'The server does not know this key.', zh: '服务器不认识这个密钥。' },
  keyForget: { en: 'Forget key', zh: '清除密钥' },

  tooFew: { en: 'Two sentences or more are needed.', zh: '至少需要两个句子。' },
  tooMany: {
    en: '{count} sentences are too many for a matrix; at most {most} fit.',
    zh: '{count} 个句子太多，矩阵最多容纳 {most} 个。',
  },
  empty: { en: 'There is no text yet.', zh: '还没有文本。' },
  refused: {
    en: 'The server refused ({status} {code}):',
    zh: '服务器拒绝了请求（{status} {code}）：',
  },
  busy: { en: 'It is busy; try again in a moment.', zh: '服务器正忙，请稍后再试。' },
  unreachable: { en: 'The server cannot be reached.', zh: '无法连接服务器。' },
  mistaken: { en: 'The page failed:', zh: '页面出错：' },
  again: { en: 'Try again', zh: '重试' },
} as const satisfies Readonly<Record<string, { readonly en: string; readonly zh: string }>>

export type Word = keyof typeof WORDS
