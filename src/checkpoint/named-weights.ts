/** A weight of the module at `index` (from 0, the encoder not counted): `2_Dense.linear.weight`. */
export function denseWeightName(index: number, part: 'weight' | 'bias'): string {
  return `${index + 1}_Dense.linear.${part}`
}
