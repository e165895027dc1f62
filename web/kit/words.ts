/**
 * Everything the pages say, in their two languages. `{name}` stands for a fact, `{name|one|many}` for
 * one of two words, by whether that fact is 1.
 */
export const WORDS = {
  tools: { en: 'Tools', zh: '工具' },
  compare: { en: 'Compare', zh: '比较' },
  search: { en: 'Search', zh: '搜索' },
  tokens: { en: 'Tokens', zh: '分词' },
  map: { en: 'Map', zh: '地图' },
  duplicates: { en: 'Duplicates', zh: '重复' },
  otherLanguage: { en: '中文', zh: 'English' },
  otherLanguageLabel: { en: '切换到中文', zh: 'Switch to English' },
  theme: { en: 'Dark / light', zh: '深色 / 浅色' },
  skip: { en: 'Skip to content', zh: '跳到内容' },

  models: { en: 'Models', zh: '模型' },
  model: { en: 'Model', zh: '模型' },
  compareWith: { en: 'Compare with', zh: '对照模型' },
  none: { en: 'none', zh: '无' },
  apiDocs: { en: 'API docs', zh: 'API 文档' },

  compareTitle: { en: 'How similar are these sentences?', zh: '这些句子有多相似？' },
  sentences: { en: 'Sentences, one per line', zh: '句子，每行一句' },
  matrixCaption: { en: 'Cosine similarity of every two sentences', zh: '句子两两之间的余弦相似度' },
  difference: {
    en: 'The two models differ by {mean} on average, and by {largest} at most (sentences {a} and {b}).',
    zh: '两个模型平均相差 {mean}，最多相差 {largest}（第 {a} 句与第 {b} 句）。',
  },
  closest: {
    en: 'Most similar: sentences {a} and {b}, {score}',
    zh: '最相似：第 {a} 句与第 {b} 句，{score}',
  },
  addSentence: { en: 'Add a sentence', zh: '添加句子' },
  sentence: { en: 'Sentence {position}', zh: '句子 {position}' },
  remove: { en: 'Remove sentence {position}', zh: '删去句子 {position}' },

  searchTitle: { en: 'Semantic search', zh: '语义搜索' },
  query: { en: 'Query', zh: '要找的意思' },
  lines: { en: 'Lines to search', zh: '在这些行里找' },
  hits: { en: 'Most similar lines first', zh: '最相似的在前' },
  moreHits: { en: '{count} more lines are less similar.', zh: '另有 {count} 行相似度更低。' },
  searched: {
    en: 'The {count} most similar, in {milliseconds} ms',
    zh: '最相似的 {count} 句，用时 {milliseconds} 毫秒',
  },
  line: { en: 'no. {position}', zh: '第 {position} 句' },

  tokensTitle: { en: 'What does the model see?', zh: '模型看到的是什么？' },
  tokensRun: { en: 'Show tokens', zh: '查看词元' },
  text: { en: 'Text', zh: '文本' },
  tokenList: { en: 'Tokens, in order', zh: '词元，按顺序' },
  tokenCount: {
    en: '{count} tokens of at most {limit}, special ones included',
    zh: '{count} 个词元（含特殊词元），上限 {limit}',
  },
  tokensTruncated: {
    en: 'The last {count}, struck through, are truncated: the model does not see them.',
    zh: '最后 {count} 个（带删除线）被截断，模型看不到。',
  },
  moreTokens: { en: '{count} more tokens are not shown.', zh: '另有 {count} 个词元未显示。' },

  milliseconds: { en: '{count} ms round trip', zh: '耗时 {count} 毫秒' },
  dimensions: { en: '{count} dimensions', zh: '{count} 维' },
  textCount: { en: '{count} texts', zh: '{count} 个文本' },
  similarityName: { en: 'similarity: {name}', zh: '相似度：{name}' },
  textsTruncated: {
    en: 'Some texts are longer than the {limit} tokens this model takes, and were truncated.',
    zh: '有的文本超过模型的 {limit} 个词元上限，已被截断。',
  },
  working: { en: 'Working …', zh: '计算中……' },
  progress: { en: 'Working … {done} of {total}', zh: '计算中……{done}/{total}' },
  hint: { en: 'or Ctrl + Enter', zh: '或按 Ctrl + Enter' },

  draw: { en: 'Draw', zh: '绘制' },
  zoomIn: { en: 'Zoom in', zh: '放大' },
  zoomOut: { en: 'Zoom out', zh: '缩小' },
  zoomAll: { en: 'Show all', zh: '全部' },
  mapLabel: { en: 'Map of sentences', zh: '句子地图' },
  mapHint: {
    en: 'Sentences of similar meaning lie close. Wheel or two fingers zoom, dragging moves; arrow keys choose a sentence, plus and minus zoom.',
    zh: '意思相近的句子离得近。滚轮或双指缩放，拖动平移；方向键选句子，加减键缩放。',
  },

  threshold: { en: 'Similarity threshold', zh: '重复判定阈值' },
  findDuplicates: { en: 'Find duplicates', zh: '查找重复' },
  searchingLabel: { en: 'Looking for duplicates', zh: '查找进度' },
  noGroups: { en: 'No duplicates.', zh: '没有重复的句子。' },
  groups: {
    en: '{groups} {groups|group|groups}; {lines} {lines|sentence|sentences} can be removed',
    zh: '{groups} 组，可以删去 {lines} 句',
  },
  moreLines: { en: '… and {count} more', zh: '……还有 {count} 句' },
  moreGroups: { en: '… and {count} more {count|group|groups}', zh: '……还有 {count} 组' },

  linesHint: {
    en: 'Paste them, open a text file, or drop one here. At most 20,000 are used.',
    zh: '粘贴进来，或打开一个文本文件，也可以把文件拖到这里。最多两万句。',
  },
  openFile: { en: 'Open a file', zh: '打开文件' },
  example: { en: 'Example', zh: '示例' },
  clear: { en: 'Clear', zh: '清空' },
  stop: { en: 'Stop', zh: '停止' },
  stopped: { en: 'Stopped.', zh: '已停止。' },
  lineCount: { en: '{count} {count|sentence|sentences}', zh: '{count} 句' },
  encodingLabel: { en: 'Encoding', zh: '编码进度' },
  encoding: { en: '{done} of {total} sentences', zh: '{done} / {total} 句' },
  pasted: { en: 'The pasted text', zh: '粘贴的文字' },
  reading: { en: 'Reading {name} …', zh: '正在读取 {name}……' },
  notText: {
    en: '{name} is not a text file in UTF-8, UTF-16 or GB18030; the sentences stay as they were.',
    zh: '{name} 不是文本文件（UTF-8、UTF-16 或 GB18030），句子没有改动。',
  },
  nothingIn: {
    en: '{name} has no sentences; those here stay as they were.',
    zh: '{name} 里没有句子，句子没有改动。',
  },
  unreadable: { en: '{name} cannot be read: {reason}', zh: '{name} 无法读取：{reason}' },
  onlyFirst: {
    en: 'Of {found} sentences the first {used} are used.',
    zh: '共 {found} 句，只用前 {used} 句。',
  },
  onlyBeginning: {
    en: 'There is too much text to edit here: only the beginning is shown. Clear it to type.',
    zh: '内容较多，框里只显示开头，不能改动；要自己输入，请先清空。',
  },
  linesTruncated: {
    en: '{count} {count|sentence is|sentences are} too long and {count|was|were} truncated.',
    zh: '有 {count} 句太长，已被截断。',
  },

  tagline: {
    en: 'Chinese sentence embeddings, computed in your own browser',
    zh: '中文句向量，在你自己的浏览器里计算',
  },
  privacy: {
    en: 'No server: your sentences stay on your device. After the first visit it works offline.',
    zh: '没有服务器：句子不会离开你的设备。第一次打开之后，断网也能用。',
  },
  downloadLabel: { en: 'Download', zh: '下载进度' },
  downloading: {
    en: 'Downloading the model: {done} of {total} MB',
    zh: '正在下载模型：{done} / {total} MB',
  },
  starting: { en: 'Starting the model …', zh: '正在启动模型……' },
  ready: {
    en: 'Model {model} is ready ({backend}, {threads} {threads|thread|threads})',
    zh: '模型 {model} 就绪（{backend}，{threads} 个线程）',
  },
  failed: { en: 'The model cannot be used: {reason}', zh: '模型无法使用：{reason}' },

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
  pageFailed: { en: 'The page failed:', zh: '页面出错：' },
  again: { en: 'Try again', zh: '重试' },
} as const satisfies Readonly<Record<string, { readonly en: string; readonly zh: string }>>

export type Word = keyof typeof WORDS
