import { InputError } from '../../errors/index.ts'
import type { Loss } from '../../train/index.ts'
import { type LossRecipe, lossNamed, lossOf, type Widths } from '../../train/recipe/index.ts'

/**
 * The loss; a function of the two widths where any part of it compares with the teacher.
 * @param columns of the data set
 */
export function distilLossOf(
  recipes: readonly LossRecipe[],
  columns: number,
): Loss | ((widths: Widths) => Loss) {
  if (recipes.every(({ name }) => !lossNamed(name).teacher)) return lossOf(recipes)
  return (widths) => {
    for (const recipe of recipes) requireWidths(recipe, widths)
    return lossOf(recipes, { widths, columns })
  }
}

/** @throws InputError where vectors are compared number by number and are not of one length. */
function requireWidths(recipe: LossRecipe, { student, teacher }: Widths): void {
  if (student === teacher || !lossOf([recipe]).equalWidths) return
  const { name } = recipe
  throw new InputError(
    'distil-widths',
    `${name} compares vectors number by number, but the student's have ${student} numbers and the ` +
      `teacher's ${teacher}; use cosine_to_teacher, similarity_matrix or similarity_distribution`,
    { facts: { loss: name, student, teacher } },
  )
}
