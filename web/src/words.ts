/** Everything the page says, in the languages it speaks. */
const ZH = {
  language: 'English',
  skip: '跳到内容',
  tagline: '中文句向量，在你自己的浏览器里计算',
  theme: '深色 / 浅色',
  compare: '比较',
  search: '搜索',
  map: '地图',
  duplicates: '重复',
  linesTitle: '句子，每行一句',
  linesHint: '粘贴进来，或打开一个文本文件，也可以把文件拖到这里。最多两万句。',
  openFile: '打开文件',
  example: '示例',
  clear: '清空',
  tabs: '功能',
  downloadLabel: '下载进度',
  encodingLabel: '编码进度',
  searchingLabel: '查找进度',
  stop: '停止',
  addSentence: '添加句子',
  find: '搜索',
  queryLabel: '要找的意思',
  draw: '绘制',
  zoomIn: '放大',
  zoomOut: '缩小',
  zoomAll: '全部',
  mapHint: '意思相近的句子离得近。滚轮或双指缩放，拖动平移；方向键选句子，加减键缩放。',
  mapLabel: '句子地图',
  threshold: '多像才算重复',
  findDuplicates: '查找重复',
  privacy: '没有服务器：句子不会离开你的设备。第一次打开之后，断网也能用。',
  downloading: (done: string, total: string) => `正在下载模型：${done} / ${total} MB`,
  starting: '正在启动模型……',
  ready: (model: string, backend: string, threads: number) =>
    `模型 ${model} 就绪（${backend}，${threads} 个线程）`,
  failed: (reason: string) => `模型无法使用：${reason}`,
  lineCount: (count: number) => `${count.toLocaleString('zh-CN')} 句`,
  encoding: (done: number, total: number) =>
    `${done.toLocaleString('zh-CN')} / ${total.toLocaleString('zh-CN')} 句`,
  stopped: '已停止。',
  noLines: '请先放入一些句子。',
  hits: (count: number, milliseconds: number) => `最相近的 ${count} 句，用时 ${milliseconds} 毫秒`,
  line: (number: number) => `第 ${number} 句`,
  sentence: (number: number) => `句子 ${number}`,
  remove: (number: number) => `删去句子 ${number}`,
  tableCaption: '两两之间的相似度',
  groups: (groups: number, lines: number) =>
    groups === 0 ? '没有重复的句子。' : `${groups} 组，可以删去 ${lines} 句`,
  closest: (first: number, second: number, score: string) =>
    `最相近的是句子 ${first} 和句子 ${second}：${score}`,
  more: (count: number) => `……还有 ${count.toLocaleString('zh-CN')} 句`,
  moreGroups: (count: number) => `……还有 ${count.toLocaleString('zh-CN')} 组`,
  pasted: '粘贴的文字',
  reading: (name: string) => `正在读取 ${name}……`,
  notText: (name: string) => `${name} 不是文本文件（UTF-8、UTF-16 或 GB18030），句子没有改动。`,
  nothingIn: (name: string) => `${name} 里没有句子，句子没有改动。`,
  unreadable: (name: string, reason: string) => `${name} 无法读取：${reason}`,
  onlyFirst: (used: number, found: number) =>
    `共 ${found.toLocaleString('zh-CN')} 句，只用前 ${used.toLocaleString('zh-CN')} 句。`,
  onlyBeginning: '内容较多，框里只显示开头，不能改动；要自己输入，请先清空。',
  cut: (count: number) => `有 ${count.toLocaleString('zh-CN')} 句太长，只用了开头。`,
} as const

type Words = {
  readonly [Key in keyof typeof ZH]: (typeof ZH)[Key] extends (...given: infer Given) => string
    ? (...given: Given) => string
    : string
}

const EN: Words = {
  language: '中文',
  skip: 'Skip to content',
  tagline: 'Sentence vectors, computed in your own browser',
  theme: 'Dark / light',
  compare: 'Compare',
  search: 'Search',
  map: 'Map',
  duplicates: 'Duplicates',
  linesTitle: 'Sentences, one a line',
  linesHint: 'Paste them, open a text file, or drop one here. At most 20,000 are used.',
  openFile: 'Open a file',
  example: 'Example',
  clear: 'Clear',
  tabs: 'Tools',
  downloadLabel: 'Download',
  encodingLabel: 'Encoding',
  searchingLabel: 'Looking for duplicates',
  stop: 'Stop',
  addSentence: 'Add a sentence',
  find: 'Search',
  queryLabel: 'The meaning to look for',
  draw: 'Draw',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  zoomAll: 'Show all',
  mapHint:
    'Sentences of like meaning lie close. Wheel or two fingers zoom, dragging moves; arrow keys choose a sentence, plus and minus zoom.',
  mapLabel: 'Map of sentences',
  threshold: 'Alike from',
  findDuplicates: 'Find duplicates',
  privacy: 'No server: your sentences stay on your device. After the first visit it works offline.',
  downloading: (done, total) => `Downloading the model: ${done} of ${total} MB`,
  starting: 'Starting the model …',
  ready: (model, backend, threads) =>
    `Model ${model} is ready (${backend}, ${threads} thread${threads === 1 ? '' : 's'})`,
  failed: (reason) => `The model cannot be used: ${reason}`,
  lineCount: (count) => `${count.toLocaleString('en')} sentence${count === 1 ? '' : 's'}`,
  encoding: (done, total) =>
    `${done.toLocaleString('en')} of ${total.toLocaleString('en')} sentences`,
  stopped: 'Stopped.',
  noLines: 'Put in some sentences first.',
  hits: (count, milliseconds) => `The ${count} closest, in ${milliseconds} ms`,
  line: (number) => `no. ${number}`,
  sentence: (number) => `Sentence ${number}`,
  remove: (number) => `Remove sentence ${number}`,
  tableCaption: 'Similarity of each with each',
  groups: (groups, lines) =>
    groups === 0
      ? 'No duplicates.'
      : `${groups} group${groups === 1 ? '' : 's'}; ${lines} sentence${lines === 1 ? '' : 's'} could go`,
  closest: (first, second, score) => `Closest are sentences ${first} and ${second}: ${score}`,
  more: (count) => `… and ${count.toLocaleString('en')} more`,
  moreGroups: (count) => `… and ${count.toLocaleString('en')} more group${count === 1 ? '' : 's'}`,
  pasted: 'What was pasted',
  reading: (name) => `Reading ${name} …`,
  notText: (name) =>
    `${name} is no text in UTF-8, UTF-16 or GB18030; the sentences stay as they were.`,
  nothingIn: (name) => `${name} has no sentences; those here stay as they were.`,
  unreadable: (name, reason) => `${name} cannot be read: ${reason}`,
  onlyFirst: (used, found) =>
    `Of ${found.toLocaleString('en')} sentences the first ${used.toLocaleString('en')} are used.`,
  onlyBeginning:
    'It is too much to edit here: only the beginning is shown. To type, clear it first.',
  cut: (count) =>
    `${count.toLocaleString('en')} sentence${count === 1 ? ' is' : 's are'} too long; only the beginning is used.`,
}

const LANGUAGES = { 'zh-CN': ZH as Words, en: EN }
type Language = keyof typeof LANGUAGES

const asked = new URLSearchParams(location.search).get('lang')
let language: Language = asked === 'en' ? 'en' : 'zh-CN'
const listeners: (() => void)[] = []

/** The words of the language chosen. */
export function words(): Words {
  return LANGUAGES[language]
}

/** Calls now, and again whenever the language changes. */
export function whenLanguage(show: () => void): void {
  listeners.push(show)
  show()
}

export function switchLanguage(): void {
  language = language === 'en' ? 'zh-CN' : 'en'
  for (const show of listeners) show()
}

/** Fills the elements that name one of the words, as their text or as their label. */
export function fillWords(): void {
  document.documentElement.lang = language
  for (const element of document.querySelectorAll<HTMLElement>('[data-words]')) {
    element.textContent = wordOf(element.dataset.words)
  }
  for (const element of document.querySelectorAll<HTMLElement>('[data-label]')) {
    element.setAttribute('aria-label', wordOf(element.dataset.label))
  }
}

function wordOf(name: string | undefined): string {
  const word = words()[name as keyof Words]
  if (typeof word === 'string') return word
  throw new Error(`the page has no word ${name}`)
}
