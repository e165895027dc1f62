import { z } from 'zod'
import { InputError } from '../../errors/index.ts'
import {
  cosineToTeacher,
  type Loss,
  mse,
  similarityDistribution,
  similarityMatrix,
  teacherRanking,
} from '../../train/index.ts'
import {
  labelLosses,
  labelLossOf,
  lossesSchema,
  lossWeight,
  sumOf,
} from '../../train/recipe/index.ts'
import type { Widths } from '../distil-options.ts'

const positive = z.number().positive().exactOptional()

const teacherLosses = [
  z.strictObject({ name: z.literal('mse'), ...lossWeight }),
  z.strictObject({ name: z.literal('cosine_to_teacher'), ...lossWeight }),
  z.strictObject({ name: z.literal('similarity_matrix'), ...lossWeight }),
  z.strictObject({
    name: z.literal('similarity_distribution'),
    temperature: positive,
    teacher_temperature: positive,
    candidates: z.enum(['student', 'teacher']).exactOptional(),
    ...lossWeight,
  }),
  z.strictObject({ name: z.literal('teacher_ranking'), scale: positive, ...lossWeight }),
] as const
const teacherLossSchema = z.discriminatedUnion('name', teacherLosses)
type TeacherLossRecipe = z.infer<typeof teacherLossSchema>

/** Losses that compare with the teacher, and those on labels; one, or a weighted sum. */
export const distilLossesSchema = lossesSchema(
  z.discriminatedUnion('name', [...teacherLosses, ...labelLosses]),
)
type LossRecipe = z.infer<typeof distilLossesSchema>[number]

const TEACHER_LOSSES: ReadonlySet<string> = new Set(
  teacherLosses.map(({ shape }) => shape.name.value),
)

/** The loss; a function of the two widths where any part of it compares with the teacher. */
export function distilLossOf(
  recipes: readonly LossRecipe[],
  columns: number,
): Loss | ((widths: Widths) => Loss) {
  const build = (widths: Widths) =>
    sumOf(
      recipes.map((recipe) => ({
        ...recipe,
        loss: isTeacherLoss(recipe) ? teacherLossOf(recipe, widths, columns) : labelLossOf(recipe),
      })),
    )
  if (recipes.some(isTeacherLoss)) return build
  return build({ student: 0, teacher: 0 })
}

function isTeacherLoss(recipe: LossRecipe): recipe is TeacherLossRecipe {
  return TEACHER_LOSSES.has(recipe.name)
}

function teacherLossOf(recipe: TeacherLossRecipe, widths: Widths, columns: number): Loss {
  requireEqualWidths(recipe, widths)
  const perColumn = columns > 1
  const relational = { teacherSize: widths.teacher }
  switch (recipe.name) {
    case 'mse':
      return mse({ perColumn })
    case 'cosine_to_teacher':
      return cosineToTeacher({
        perColumn,
        ...(widths.student === widths.teacher ? {} : { projectTo: widths.teacher }),
      })
    case 'similarity_matrix':
      return similarityMatrix(relational)
    case 'similarity_distribution': {
      const { temperature, teacher_temperature, candidates } = recipe
      return similarityDistribution({
        ...relational,
        ...(temperature === undefined ? {} : { temperature }),
        ...(teacher_temperature === undefined ? {} : { teacherTemperature: teacher_temperature }),
        ...(candidates === undefined ? {} : { candidates }),
      })
    }
    case 'teacher_ranking':
      return teacherRanking(recipe.scale === undefined ? {} : { scale: recipe.scale })
    default:
      return recipe satisfies never
  }
}

/** @throws InputError where vectors are compared number by number and are not of one length. */
function requireEqualWidths(recipe: TeacherLossRecipe, { student, teacher }: Widths): void {
  const { name } = recipe
  const needsOne =
    name === 'mse' ||
    name === 'teacher_ranking' ||
    (name === 'similarity_distribution' && recipe.candidates === 'teacher')
  if (!needsOne || student === teacher) return
  throw new InputError(
    'distil-widths',
    `${name} compares vectors number by number, but the student's have ${student} numbers and the ` +
      `teacher's ${teacher}; use cosine_to_teacher, similarity_matrix or similarity_distribution`,
    { facts: { loss: name, student, teacher } },
  )
}
