import { element } from './element.ts'
import { said } from './language.ts'
import type { Answered } from './tool.ts'

/** What one model answered, under its name, with the time it took. */
export function answerPanel(
  { model, milliseconds, isCut }: Answered<unknown>,
  facts: readonly Node[],
  ...content: readonly Node[]
): HTMLElement {
  const time = said('milliseconds', { count: milliseconds.toFixed(milliseconds < 10 ? 1 : 0) })
  const parts = [time, ...facts].map((fact) => element('li', {}, fact))
  const note = element('p', { class: 'note' }, said('textsCut', { limit: model.max_input_length }))
  return element(
    'section',
    { class: 'panel' },
    element('h3', {}, model.id),
    element('ul', { class: 'facts' }, ...parts),
    ...(isCut ? [note] : []),
    ...content,
  )
}

/** Panels side by side, or below each other where there is no room. */
export function panelRow(panels: readonly HTMLElement[]): HTMLElement {
  return element('div', { class: 'panels' }, ...panels)
}
