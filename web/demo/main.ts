import { byId } from '../kit/element.ts'
import { startLanguage } from '../kit/language.ts'
import { Compare } from './compare.ts'
import { Duplicates } from './duplicates.ts'
import { LineField } from './line-field.ts'
import { Lines } from './lines.ts'
import { SentenceMap } from './map.ts'
import { loadModel } from './model.ts'
import { LineSearch } from './search.ts'

const NAMES = ['compare', 'search', 'map', 'duplicates'] as const
type TabName = (typeof NAMES)[number]

/** One part of the page at a time. Reference: the tabs pattern of the ARIA Authoring Practices. */
function startTabs(onShow: (name: TabName) => void): void {
  const tabs = NAMES.map((name) => byId(`tab-${name}`, HTMLButtonElement))
  const show = (chosen: number) => {
    NAMES.forEach((name, index) => {
      const isChosen = index === chosen
      tabs[index]?.setAttribute('aria-selected', String(isChosen))
      tabs[index]?.setAttribute('tabindex', isChosen ? '0' : '-1')
      byId(name, HTMLElement).hidden = !isChosen
    })
    byId('lines', HTMLElement).hidden = NAMES[chosen] === 'compare'
    onShow(NAMES[chosen] ?? 'compare')
  }
  const goTo = (index: number) => {
    const chosen = (index + NAMES.length) % NAMES.length
    history.replaceState(undefined, '', `#${NAMES[chosen]}`)
    show(chosen)
    tabs[chosen]?.focus()
  }
  tabs.forEach((tab, index) => {
    tab.addEventListener('click', () => goTo(index))
    tab.addEventListener('keydown', ({ key }) => {
      if (key === 'ArrowRight') goTo(index + 1)
      else if (key === 'ArrowLeft') goTo(index - 1)
      else if (key === 'Home') goTo(0)
      else if (key === 'End') goTo(-1)
    })
  })
  show(Math.max(0, NAMES.indexOf(location.hash.slice(1) as TabName)))
}

startLanguage(byId('language', HTMLButtonElement))

const encoder = loadModel()
// The status line says it; each part of the page would say it again.
encoder.catch(() => {})

const lines = new Lines(encoder, new LineField())
const map = new SentenceMap(lines)
new Compare(encoder)
new LineSearch(encoder, lines)
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
