import { element } from '../kit/element.ts'
import { said } from '../kit/language.ts'
import type { ModelResponse } from './tool.ts'

/** What one model responded, under its name, with the time it took. */
export function modelPanel(
  { model, milliseconds, isTruncated }: ModelResponse<unknown>,
  facts: readonly Node[],
  ...content: readonly Node[]
): HTMLElement {
  const time = said('milliseconds', { count: milliseconds.toFixed(milliseconds < 10 ? 1 : 0) })
  const parts = [time, ...facts].map((fact) => element('li', {}, fact))
  const limit = model.max_input_length
  const note = element('p', { class: 'note' }, said('textsTruncated', { limit }))
  return element(
    'section',
    { class: 'panel' },
    element('h3', {}, model.id),
    element('ul', { class: 'facts' }, ...parts),
    ...(isTruncated ? [note] : []),
    ...content,
  )
}

/** Panels side by side, or below each other where there is no room. */
export function panelRow(panels: readonly HTMLElement[]): HTMLElement {
  return element('div', { class: 'panels' }, ...panels)
}
