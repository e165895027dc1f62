import { byId } from '../kit/element.ts'

const NAMES = ['compare', 'search', 'map', 'duplicates'] as const
export type TabName = (typeof NAMES)[number]

/** One part of the page at a time. Reference: the tabs pattern of the ARIA Authoring Practices. */
export function startTabs(onShow: (name: TabName) => void): void {
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
