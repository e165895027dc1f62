import { byId } from '../kit/element.ts'
import { startLanguage } from '../kit/language.ts'
import { Compare } from './compare.ts'
import { Duplicates } from './duplicates.ts'
import { LineField } from './line-field.ts'
import { Lines } from './lines.ts'
import { SentenceMap } from './map.ts'
import { loadModel } from './model.ts'
import { Search } from './search.ts'
import { startTabs } from './tabs.ts'

startLanguage(byId('language', HTMLButtonElement))

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
