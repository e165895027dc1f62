import { Compare } from './compare.ts'
import { Duplicates } from './duplicates.ts'
import { LineField } from './line-field.ts'
import { Lines } from './lines.ts'
import { SentenceMap } from './map.ts'
import { loadModel } from './model.ts'
import { byId } from './page.ts'
import { Search } from './search.ts'
import { startTabs } from './tabs.ts'
import { fillWords, switchLanguage, whenLanguage } from './words.ts'

whenLanguage(fillWords)
whenLanguage(() => {
  const button = byId('language', HTMLButtonElement)
  button.lang = document.documentElement.lang === 'en' ? 'zh-CN' : 'en'
  button.textContent = button.lang === 'en' ? 'English' : '中文'
})
byId('language', HTMLButtonElement).addEventListener('click', switchLanguage)

const encoder = loadModel()
// The status line says it; each part of the page would say it again.
encoder.catch(() => {})

const lines = new Lines(encoder, new LineField())
const map = new SentenceMap(lines)
new Compare(encoder)
new Search(encoder, lines)
new Duplicates(lines)

byId('theme', HTMLButtonElement).addEventListener('click', () => {
  const isDark =
    document.documentElement.dataset.theme === 'dark' ||
    (document.documentElement.dataset.theme === undefined &&
      matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = isDark ? 'light' : 'dark'
  map.refresh()
})

startTabs((name) => {
  if (name === 'map') map.refresh()
})

if ('serviceWorker' in navigator) void navigator.serviceWorker.register('./service-worker.js')
