/** Observable's ten colours, told apart by most colour-blind readers, on white. */
const COLOURS = [
  '#4269d0',
  '#efb118',
  '#ff725c',
  '#3ca951',
  '#a463f2',
  '#6cc5b0',
  '#ff8ab7',
  '#9c6b4e',
  '#97bbf5',
  '#9498a0',
] as const

/** The colour of the series at `index`; from the eleventh on they come round again. */
export function colour(index: number): string {
  return COLOURS[index % COLOURS.length] ?? 'black'
}
